# Letter that hands over a code: one page, plain words. Fluent formats the date.
letter-title = Your document also opens online
letter-dated = { DATETIME($when, dateStyle: "long") }
letter-waits = { $issuer } is writing to you. A document is waiting in your vault:
letter-vault = The vault is a free online space, provided by the City. You read your documents there, keep them, and can prove that they are authentic. Only you can open them: where the City keeps them, nobody can read them.
letter-open = To open it
letter-scan = Point your phone’s camera at this square, then tap the link.
letter-touch = Tap “Open”. Your phone asks for your face, your finger or your code, as usual. That is all.
letter-by-hand = On a computer, type this address:
letter-code = Then this code:
letter-qr = QR code that opens { $address } with the code printed beside it
letter-no-phone = No smartphone?
letter-no-phone-text = Nothing changes for you. Paper keeps coming, on the same dates, at no charge.
letter-private = This code is for you
letter-private-text = It opens the vault in your name, once. The City will never ask you for it, neither by phone nor by email. Do not trust a square glued onto this letter.
letter-mistake = Not for you?
letter-mistake-text = Call { $phone }: we cancel the code at once. A person also answers if something does not work.
letter-trust = The City’s trust fingerprint: { $fingerprint }. Your vault shows the same one.
