notice-subject-confirm = Your code to receive notices
notice-subject-documents = A document is waiting for you
notice-subject-way-in = A new way into your vault
notice-subject-frozen = A code of your vault was blocked
notice-confirm =
    Here is your code: { $code }

    Enter it in your vault to receive notices at this address. It can be used for two days.
notice-confirm-not-you = If you did not ask for this, do nothing: without this code we will not write to you again.
notice-documents =
    { $count ->
        [one] A document from { $issuers } is waiting for you in your vault.
       *[other] Documents from { $issuers } are waiting for you in your vault.
    }
notice-documents-many = Documents from { $count ->
        [one] { $count } department are
       *[other] { $count } departments are
    } waiting in your vault.
notice-way-in =
    A new way into your vault was just added.

    If it was you, there is nothing to do. If not, open your vault, page “Ways in”, and remove it.
notice-frozen =
    A code of your vault was just blocked. What you received stays in your vault; what comes next will come on paper.

    If it was not you, call the help line: its number is on your letter.
notice-where = To open your vault, type { $place } in your browser, or use your own bookmark.
notice-never = We never ask for a letter’s code, a password or a payment by email.
notice-stop = Stop receiving notices: { $link }
notice-stop-word = Stop receiving notices
notice-and = and
notice-stop-title = Notices by email
notice-stop-ask = Stop receiving notices at this address? Your documents stay in your vault.
notice-stop-button = Stop receiving notices
notice-stop-done = Done: this address will receive no more notices. Your documents stay in your vault.
