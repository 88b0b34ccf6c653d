# Receipts that a department keeps and that the city's new log does not have.
lost-found = Lost by the city: { $lost ->
    [one] { $lost } document
   *[other] { $lost } documents
} of { $documents } in delivery “{ $run }”, numbers { $first } to { $last } of its former log. Its new log has no proof of them, and the city may not have them any more either. Your receipts are kept ({ $path }): they still prove what the city had promised.
lost-part = There again so far: { $again }; still missing: { $rest }.
lost-entered = New receipts of what the city had kept and entered into its new log by itself: { $entered }
lost-fix = Deliver the same list again, under the same name: voute deliver LIST.csv --as { $issuer }. What the city still has is not sent twice. If it says that it has them already, ask it why its log does not.
lost-fix-named = Deliver the same list again, under the same name: voute deliver LIST.csv --as { $issuer } --run { $run }. What the city still has is not sent twice. If it says that it has them already, ask it why its log does not.
lost-settled = Lost by the city and delivered again: { $lost ->
    [one] { $lost } document
   *[other] { $lost } documents
} in delivery “{ $run }”. Keep the earlier receipts as well ({ $path }).
lost-settled-entered = Lost by the city's former log and in its new one again: { $lost ->
    [one] { $lost } document
   *[other] { $lost } documents
} in delivery “{ $run }”. The city had kept them: their new receipts are here: { $entered } Keep the earlier receipts as well ({ $path }).
lost-waiting = The city's log has ended and the next one has not begun: your receipts could not be compared with it yet. Nothing is to be done; ask again later.
lost-unwitnessed = Too few witnesses confirm the city's new log: your receipts could not be compared with it yet. Ask again in a few minutes; if that goes on, call the city.
lost-none = Receipts kept here, of { $count ->
    [one] { $count } delivery
   *[other] { $count } deliveries
}: none of a document that the city's log has lost.
lost-not-fresh = The city was not asked ({ $why }) Shown is what was known last.
# The trust root that waits behind the pinned one.
root-waits = A trust root waits: no. { $number }, made on { $issued }, counts from { $effective }. Signed by keys { $keys } of the root in force. Nothing of it was used. If the officers have not announced it, call the city before that day.
root-waits-without-us = It no longer lists the signing key of { $issuer }: from that day on nothing can be delivered with it. If you do not change your key on that day, call the city at once.
root-waits-wrong = The city shows a trust root that waits and is not in order ({ $problem }). Nothing of it was used. Tell the city.
