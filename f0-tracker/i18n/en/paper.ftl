## Papers that verify themselves

paper-check-title = Check a paper
paper-valid = Genuine and valid
paper-valid-note = The digital signature fits and the health station has not revoked this paper. Compare the name with whoever carries it.
paper-expired = Genuine, and over
paper-expired-note = The digital signature fits, but the time on the paper is over.
paper-revoked = Revoked
paper-revoked-note = The digital signature fits, but this paper is no longer valid.
paper-forged = Not genuine
paper-forged-note = What the code says was not signed by a health station, or was changed. Do not accept this paper.
paper-unreadable = The code cannot be read
paper-unreadable-note = The code is cut off. Scan it again, straight and with enough light.
paper-kind-completion = Certificate of completed isolation
paper-kind-isolation_order = Home isolation order
paper-name = Full name
paper-birth = Day (year) of birth
paper-from = Isolated from
paper-to = Until the end of
paper-ward = Health station
paper-number = Number
paper-issued = Issued on
paper-privacy = All of this stands in the paper's own code; this page only checks the signature and whether it was revoked.
paper-own-title = Your papers
paper-own-none = No paper yet. The certificate is here as soon as the health station ends your isolation.
paper-download = Open the paper (PDF)
