### The evidence, in words and then in bytes.

verdict-unaltered = The document has not changed by a single byte
    .text = Its fingerprint is the one that the City signed.
verdict-signed = Signed by { $issuer }
    .text = On { $date }, with a key that the City recognizes as this department’s.
verdict-logged = Entered in the public register on { $date }
    .text = Line { $index } of a register that nobody can rewrite without being seen.
verdict-witnessed = { $count ->
    [one] One independent witness confirms it
   *[other] { $count } independent witnesses confirm it
}
    .text = { $count ->
        [one] It saw and cosigned this register on { $date }.
       *[other] They saw and cosigned this register on { $date }.
    }
verdict-unwitnessed = The witnesses have not confirmed yet
    .text = The entry is made. Independent witnesses usually cosign within an hour: a receipt downloaded later will show it.

act-signed = Signed with this vault’s key
    .text = On { $date }, says the person. The proof says which vault signed, not whose it is.
act-unwitnessed =
    .text = The entry is made. Independent witnesses usually cosign within an hour: a proof downloaded later will show it.

bytes-title = The values, for whoever wants to recompute everything
bytes-sha256 = SHA-256 of the PDF
bytes-manifest = SHA-256 of the signed manifest
bytes-entry = Register entry
bytes-vault = Vault identifier
bytes-act = SHA-256 of the signed act
bytes-document = Document identifier
bytes-log = Register
bytes-index = Line of the register
bytes-size = Lines covered by the checkpoint
bytes-witnesses = Witnesses
