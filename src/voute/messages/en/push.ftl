# What a device shows, locked or not: from which department, nothing else.
push-hello = Notices are on here
    .body = They will look like this one, and name the department only.
push-documents =
    { $count ->
        [one] A document from { $issuers }
       *[other] Documents from { $issuers }
    }
    .body = In your vault.
push-documents-many = Documents from { $count ->
        [one] { $count } department
       *[other] { $count } departments
    }
push-way-in = A new way into your vault
    .body = Was it you? Nothing to do. It was not you? Open your vault, page “Ways in”, and remove it.
push-frozen = A code of your vault was frozen
    .body = What you received stays in your vault. It was not you? Call the help line: its number is on your letter.
