# `voute monitor`: one line a look.
help-monitor = Follow a city's log and pages, and say in one line what is wrong.
option-monitor-url = The city's address; with --log-key, that of the log.
option-monitor-key = The key of a log (repeat it for a second key): the log alone is followed, without pages.
option-monitor-once = Look once (without --every there is only one look).
option-monitor-every = Look again after so many seconds, until Ctrl+C.
option-monitor-age = How old the checkpoint may be, in seconds.
option-monitor-patience = How many seconds to wait for witnesses and for a release that has just begun.
option-monitor-state = The file to remember in; else in the folder of --home.
monitor-once-or-every = Choose --once or --every.
monitor-well = { $time } { $url }: all is well. { $size ->
        [one] { $size } entry
       *[other] { $size } entries
    } ({ $new } new), witnesses: { $count }; release { $release }, { $addresses ->
        [one] { $addresses } address
       *[other] { $addresses } addresses
    } as the log has them.
monitor-log-well = { $time } { $url }: all is well. { $size ->
        [one] { $size } entry
       *[other] { $size } entries
    } ({ $new } new), witnesses: { $count }.
monitor-address = The address begins with https:// (http:// for this machine alone).
monitor-waiting = A trust root waits: no. { $number }, made on { $issued }, counts from { $effective }. Signed by keys { $keys } of the root in force. If the officers have not announced it, call the city before that day.
monitor-proof = Proof: { $path }
monitor-silent = The city does not answer: this look learned nothing.
    .fix = Check the network and the address; if it lasts, call the city.
monitor-wrong = { $time } { $url }: { $what }{ $more ->
    [0] {""}
    [one] {" "}(And one more finding.)
   *[other] {" "}(And { $more } more findings.)
 }

error-monitor-state = The state file { $path } cannot be read; nothing was changed.
    .fix = Put it back; without it a rollback from before today could not be seen.
error-monitor-answer = The city refuses to answer { $path } (answer { $status }).
    .fix = Open that address in a browser; if it answers there, the city treats monitors differently: say so.
error-log-lost = Another log took { $origin } over without all that it had signed: it had reached entry { $seen }, the other one goes on from entry { $size }.
    .fix = Compare with what the city announced: a backup that was behind explains it. If it said nothing, tell it, then the witnesses, with the proof that the monitor wrote.
error-log-rolled-back = The log went back: { $size ->
        [one] { $size } entry
       *[other] { $size } entries
    }, although it had signed { $seen }.
    .fix = Keep the proof that the monitor wrote, tell the city, then the witnesses.
error-log-forked = The log has forked: what it shows does not extend the { $size ->
        [one] { $size } entry
       *[other] { $size } entries
    } that it had signed.
    .fix = Keep the proof that the monitor wrote, tell the city, then the witnesses.
error-checkpoint-stale = The newest checkpoint is { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    } old (limit { $limit }): the log has stopped, or an old one is shown.
    .fix = Ask the city whether its log and its witnesses work.
error-page-altered = A page was altered: { $path } is not that of the release in the log ({ $count ->
        [one] { $count } address
       *[other] { $count } addresses
    } in all).
    .fix = Do not open your vault in this page; keep a copy and tell the city.
error-release-not-logged = The city serves a release of its pages that is not the one in its log.
    .fix = Try again in a minute; if it lasts, do not open your vault in these pages and tell the city.
error-trust-root-withdrawn = Trust root no. { $number }, which was to count from { $effective }, is shown no more.
    .fix = Ask the city whether its officers withdrew it, and why.
error-trust-root-replaced = It is no longer the same trust root no. { $number } as the one that waited.
    .fix = Ask the city's officers which one they signed; if they signed only one, tell the witnesses.
