### Verifier.

verify-title = Check a document
verify-lead = A PDF and its receipt: this page says whether it is the city’s original, unaltered, and since when. Nothing leaves your device.
verify-drop = Drop the PDF and its receipt here
verify-or = or
verify-choose = Choose the files
verify-choose-more = Choose other files
verify-hint = The document (.pdf) and its receipt (.receipt.json), together or one after the other.
verify-have-pdf = Document: { $name }
verify-have-receipt = Receipt: { $name }
verify-need-pdf = The document (PDF) is missing.
verify-need-receipt = The receipt (.receipt.json) is missing.
verify-unknown-file = “{ $name }” is neither a PDF nor a receipt.
verify-checking = Checking…
verify-authentic = Authentic
verify-authentic-lead = “{ $title }” is the original issued by { $issuer }.
verify-unwitnessed = Signed and entered, without the witnesses’ confirmation
verify-unwitnessed-lead = “{ $title }” bears the signature of { $issuer }, but too few independent witnesses have confirmed the register. Ask for a newer receipt: if it still does not show them, call the city.
verify-again = Check another document
verify-refused = This document is not proven
verify-refused-step = Checking stopped at step { $step } of 7
verify-offline = Keep this verifier
    .text = A single file that works without a connection, even twenty years from now from a USB stick.
    .act = Download verifier.html
verify-root = Trust root: { $city }
    .text = Fingerprint { $fingerprint }. It must be the one printed on the city’s letters.
verify-root-missing = This verifier has no trust root. Choose the city’s file trust-root.json.
