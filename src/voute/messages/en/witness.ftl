# `voute witness`: a witness on a machine of its own.
help-witness = A witness: it cosigns the checkpoints of a log, and refuses when the log forked or shrank.
help-witness-init = Make a witness: its key, its list of logs, still empty.
help-witness-key = Show the witness's public key, for the city's trust root.
help-witness-follow = Follow logs from now on: by their keys, or by the trust root of a city.
help-witness-serve = Answer logs until Ctrl+C.
help-trust-policy = Show whom this machine believes, in the form that other tools read (C2SP tlog-policy).
option-patience = How many seconds to wait for the witnesses when a key was claimed a moment ago (else 60).
option-witness-folder = The witness's folder.
option-witness-name = The witness's name, for instance watch.example/witness.
option-witness-log-key = The keys of a log, as it publishes them (name+hash+key).
option-witness-trust-root = The trust root of the city whose log will be followed.
option-witness-host = The address to listen on.
option-witness-port = The port to listen on.
witness-key = Witness { $name }. Its public key, to be handed to the city:
    { $key }
    At the ceremony officers see it as SHA-256 { $shown }.
witness-which = Say which log: a key, or --trust-root.
witness-follows = The witness now follows { $origin }. If it is running, start it again.
witness-followed = The witness followed { $origin } already: nothing changed.

error-witness-folder = The witness's list of logs cannot be read (line { $line }).
    .fix = Mend that line of logs.txt; delete neither the key nor the folder `state`.
error-witness-state-lost = The witness no longer knows what it signed for { $origin }. It will sign nothing more for this log.
    .fix = Do not begin again under the same name: make a new witness and tell the city.
error-witness-fork = The log signed two different contents for the same size: it has forked.
    .fix = Keep both checkpoints: they are the proof. Tell the city and the other witnesses.
error-witness-refused = The witness { $witness } refused (answer { $status }).
    .fix = Ask whoever runs the witness what is wrong.
error-witness-unreachable = The witness { $witness } does not answer. The city goes on without it.
    .fix = Check the address and the network; as soon as it answers it cosigns.
