### Words common to all pages.

service-name = Voûte

frame-skip = Skip to content
frame-nav = Vault
frame-other-language = Français
frame-lock = Lock
frame-leave = Leave
frame-offline = No connection. What is already open stays readable; the rest will resume by itself.
frame-tab-amiss = Error: { $tab }
frame-promise = Your documents are sealed: the City and the people who run this service cannot read them.
frame-privacy = Privacy
frame-terms = Terms
frame-verify = Check a document someone gave you

help-call = Need help? Call
help-letter = Need help? Call the number printed on your letter.
help-code = Code to give on the phone: { $code }

act-retry = Try again
act-back = Back
