## The door: the page that the poster's QR opens

checkin-door-title = Check in
checkin-door-here = You are at
checkin-door-name = Full name
checkin-door-phone = Phone number
checkin-door-phone-hint = So that we can tell you if somebody here had COVID-19 at the same time.
checkin-door-as = Check in as
checkin-door-this-phone = This phone was here before
checkin-door-not-me = That is not me
checkin-door-party = I bring family
checkin-door-party-name = Full name of who comes along
checkin-door-go = I am coming in
checkin-door-near = Send roughly where this phone is
checkin-door-near-hint = It shows that you are here. You need not, and it is not stored.
checkin-door-privacy = Only the health authority can see this visit, and only if somebody here was infected.
checkin-door-no-name = Enter your full name
checkin-door-no-phone = Enter your phone number
checkin-door-busy = The system is busy and this visit is not stored yet. Press again in a few seconds.
checkin-door-used = This page was used for another visit. Scan the code at the door again.

## The full screen that is shown at the door

checkin-door-family = Coming along today
checkin-door-family-hint = The list is on this phone only.
checkin-door-family-forget = Forget it
checkin-door-go-other = Check this person in
checkin-door-other = For another person
checkin-door-for-me = For myself
checkin-pass-title = Come in
checkin-pass-accepted = Come in
checkin-pass-refused = Not yet
checkin-pass-out = Check out
checkin-pass-done = Done
checkin-pass-people = { $n ->
    [one] { $n } person
   *[other] { $n } people
}
checkin-pass-left-title = Checked out
checkin-pass-left = Checked out
checkin-pass-left-note = Thank you!
checkin-pass-left-before = This visit was checked out before.

## The venue's own page

checkin-venue-title = My venues
checkin-venue-lead = Register a venue, print the QR code for its door, see how many people are inside.
checkin-venue-empty-title = No venue yet
checkin-venue-empty-text = Register one below; the QR code to print appears right here.
checkin-venue-code = Code
checkin-venue-of = of
checkin-venue-inside = people inside
checkin-venue-as-of = Updated
checkin-venue-poster = QR code for the door
checkin-venue-poster-hint = Hang it at eye level; it can be scanned from two metres.
checkin-venue-try = See the check-in page
checkin-venue-register = Register a venue
checkin-venue-name = Name of the venue
checkin-venue-kind = Kind of venue
checkin-venue-choose = Please choose
checkin-venue-address = Address
checkin-venue-address-hint = House number and street, or group and hamlet.
checkin-venue-ward = Ward or commune
checkin-venue-capacity = Capacity
checkin-venue-capacity-hint = The most people allowed. Leave it empty where there is no limit.
checkin-venue-phone = Phone of the person in charge
checkin-venue-hours = Opening hours
checkin-venue-hours-hint = Such as Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00, or 24/7. It may stay empty.
checkin-venue-whole = A part of
checkin-venue-whole-hint = For a hall, a floor, a table or a trip: whoever is in the part counts as being in the whole.
checkin-venue-whole-none = Of nothing
checkin-venue-within = A part of
checkin-venue-phone-hint = The health authority calls it when somebody was infected. Visitors do not see it.
checkin-venue-submit = Register and get the QR code
checkin-change-title = Change details
checkin-change-lead = The QR code stays. Print the poster again only where its name or address changed.
checkin-change-submit = Save
checkin-change-back = Back

## The officer's pages

checkin-exposures-title = Contact tracing
checkin-exposures-lead = Recent cases, who was at the same places, who was told.
checkin-exposures-empty-title = No case in your area yet
checkin-exposures-empty-text = When a case opens, those who were at the same places appear here within seconds.
checkin-born = born
checkin-exposures-case = Case
checkin-exposures-opened = Opened
checkin-exposures-people = Contacts
checkin-exposures-close = Close contacts
checkin-exposures-places = Places
checkin-cluster-print = Print
checkin-cluster-voided = This case was voided: it was no case.
checkin-cluster-window = Infectious window
checkin-cluster-venues = Where the case was
checkin-cluster-no-venues = There is no check-in in this window.
checkin-cluster-contacts = Who was there
checkin-cluster-empty-title = Nobody was found
checkin-cluster-empty-text = Nobody else checked in at these places.
checkin-cluster-person = Name
checkin-cluster-phone = Phone
checkin-cluster-level = Level
checkin-cluster-minutes = Minutes in common
checkin-cluster-place = Place, day
checkin-cluster-told = Told
checkin-cluster-not-told = Not yet
checkin-cluster-assumed = assumed
checkin-cluster-left-assumed = departure assumed
checkin-cluster-household = same household
checkin-channel-sms = by text message
checkin-channel-email = by e-mail
checkin-channel-zalo = by Zalo
checkin-channel-push = by push message
checkin-channel-in_person = face to face
checkin-channel-call = by telephone
checkin-tell-in-person = Told face to face
checkin-tell-call = Told by phone
checkin-cluster-filter = Which contacts are shown
checkin-cluster-all = All
checkin-cluster-untold = Not yet told
checkin-untold-title = To be told in person
checkin-untold-lead = Contacts of the area whom no message reached, of the last 14 days. Visit or call them, then note it here. Whoever was told so and must hear that it was taken back is here too.
checkin-untold-empty-title = Nobody is left to be told
checkin-untold-empty-text = Whoever has no mobile number, or whose message failed, appears here.
checkin-untold-more = { $shown } of { $total } people are shown
checkin-untold-since = Found
checkin-untold-taken_back = taken back
checkin-untold-taken_back-say = Tell them: what they were told does not hold any more, and they can live as usual.
checkin-untold-taken_back-since = Taken back
checkin-untold-no_mobile = no mobile number
checkin-untold-failed = the message failed
checkin-mark-old_code = old code
checkin-mark-closed = outside opening hours
checkin-mark-far_apart = far away just before
checkin-mark-clock = wrong phone clock
checkin-mark-printed_code = code on paper, not the one on the screen
checkin-mark-stale_code = code of the screen out of date
checkin-mark-far_away = phone far from the door
checkin-clock-both = By the phone { $device } · corrected { $right } · received { $received }
checkin-level-close = Close
checkin-level-brief = Brief
checkin-level-same_place = Same place

## Who is really there

checkin-presence-title = Who is really there
checkin-presence-lead = A photograph of the code at the door can be used from home. These two mark such visits; nobody is refused.
checkin-presence-screen = A screen with a changing code
checkin-presence-screen-hint = The code on the screen changes every 30 seconds. Visits by the code on paper, or by one out of date, are marked.
checkin-presence-position = Where the door is
checkin-presence-position-hint = Latitude, longitude, such as 10.36, 106.36. Visitors may send roughly where their phone is; that is not stored. Leave it empty to ask nobody.
checkin-presence-here = Take the position of this device
checkin-presence-save = Save
checkin-presence-open = Open the screen
checkin-presence-marked = Visits marked today
checkin-presence-none = None so far.
checkin-presence-marked-hint = Health officers see these marks when they judge an exposure. Many visits by an old code mean that it was copied.
checkin-screen-title = The screen at the door
checkin-screen-call = Scan to come in
checkin-screen-code = The QR code of this door, which changes every 30 seconds
checkin-screen-left = How long this code still holds
checkin-screen-note = This code changes by itself. Scan it here at the door.
checkin-screen-fault = No connection. Scan the paper code at the door.

## Registering as an owner, confirming, staff

checkin-register-title = Register a venue
checkin-register-lead = Five minutes to the QR code on your door. The owner's mobile phone receives a code to confirm.
checkin-register-owner = Name of the owner
checkin-register-password = Password
checkin-register-password-hint = At least 10 characters. You will sign in with your phone number and this password.
checkin-register-submit = Send me the code
checkin-register-too-many = This phone was sent too many codes within the hour. Try again later, or go to the health station.
checkin-register-has-account = Do you have an account?
checkin-register-sign-in = Sign in
checkin-confirm-title = Type the code
checkin-confirm-lead = We have just sent a message with a code of 6 digits to your phone. It is good for 10 minutes.
checkin-confirm-code = Code of 6 digits
checkin-confirm-submit = Confirm
checkin-confirm-wrong = The code is wrong or too old.
checkin-confirm-has-account = This phone has an account. Sign in with the phone number and register the venue there.
checkin-confirm-no-code = No code arrived?
checkin-confirm-station = Within three days, go to the health station of the venue; its staff will confirm for you.
checkin-confirm-again = Register again for a new code
checkin-waiting-title = Venues that wait to be confirmed
checkin-waiting-lead = No code reached their owners. Confirm only when you know that this is the owner.
checkin-waiting-empty = No venue waits
checkin-waiting-confirm = Confirm
checkin-staff-title = Staff
checkin-staff-invite = Invite somebody
checkin-staff-remove = Remove
checkin-staff-link = Invitation
checkin-staff-link-hint = Send this link to one person. It works once, for 7 days.
checkin-join-title = Join the staff
checkin-join-known = The account that you are signed in with will be staff of this venue.
checkin-join-name = Full name
checkin-join-username = User name
checkin-join-username-hint = Small letters, digits, dots and dashes.
checkin-join-submit = Join
checkin-sign-title = Full sign
checkin-sign-full = We are full. Please wait a moment.
checkin-sign-whole = { $whole } is full
checkin-sign-welcome = Come in
checkin-venue-stickers = Stickers
checkin-venue-copied = Was the code copied?
checkin-venue-copied-hint = Take a new code and hang it up. The old one still works, but visits by it are marked.
checkin-venue-reprint = Take a new code

## Inside already, or no signal

checkin-inside-show = Show the screen again
checkin-inside-out = Leave
checkin-door-offline = The place with the code
checkin-door-offline-note = There is no network, so its name is not known. The visit is sent by itself when there is a signal.

## The scanners

scan-title = Scan visitors
scan-hint = Hold the visitor's code into the frame. It is ready for the next one by itself.
scan-kiosk-title = Scan your code
scan-kiosk-hint = Hold your personal code or your identity card into the frame.
scan-poster-title = Scan the code of a door
scan-poster-hint = Hold the code at the door into the frame.
scan-leave = Leave
scan-way-out = Way out
scan-outward = Scan whoever leaves. Their visit here ends.
scan-light = Light
scan-full-screen = Full screen
scan-type = Type a name
scan-no-script = The scanner needs JavaScript. Turn it on in the settings of the browser.
scan-sign-in = You are signed out. The scans are kept on this device.
scan-paper-title = A visitor without a code
scan-paper-hint = Enter the name and phone number that the visitor says or wrote on paper.
scan-paper-go = Check in
scan-refused-title = Not accepted
scan-refused-hint = These were refused. Take down name and phone again if the visitor is still here.
scan-refused-later = Later
scan-refused-done = Seen, remove from this device
checkin-venue-scan = Scan visitors
checkin-venue-kiosk = Kiosk

checkin-alert-title = Tell everybody who was at the chosen places
checkin-alert-lead = Whoever was there in this time gets one message, near the case or not. Who was told of this case before is not told again. The message names no person and no place.
checkin-alert-from = From
checkin-alert-to = To
checkin-alert-reason = Reason
checkin-alert-reason-hint = Kept with your name and shown on this page.
checkin-alert-preview = Count the people
checkin-alert-again = Count again
checkin-alert-count = { $n ->
    [0] There is nobody more to tell.
    [one] 1 person will get a message.
   *[other] { $n } people will get a message.
}
checkin-alert-go = Send the messages
checkin-alert-no-venue = Choose at least one place
checkin-alert-decisions = When everybody there was told
checkin-alert-who = Who was told
checkin-alert-told = { $n } told

## Many venues at once

checkin-import-title = Venues from a file
checkin-import-lead = A CSV or XLSX file with one venue a line. Good lines are kept, and each bad one says why. The same file again makes no venue twice.
checkin-import-file = File of venues
checkin-import-choose = Choose a file
checkin-import-none = No file chosen
checkin-import-hint = Columns that are needed: name, kind, address, ward code, phone. Also understood: capacity, part of, opening hours.
checkin-import-go = Import
checkin-import-try = Check only
checkin-import-done = Imported
checkin-import-tried = Checked, nothing is stored
checkin-import-accepted = Registered
checkin-import-duplicate = Known
checkin-import-amended = Changed
checkin-import-rejected = Not taken
checkin-import-ref = Reference
checkin-import-row = Row
checkin-import-reason = Reason
checkin-bulk-title = The posters of all venues
checkin-bulk-lead = One PDF, a page for each venue.
checkin-bulk-size = Paper
checkin-bulk-lang = Language
checkin-bulk-go = Make the PDF
checkin-bulk-wait = Being drawn. This page updates itself.
checkin-bulk-open = Open the PDF
checkin-bulk-failed = The file could not be made. Try again.
checkin-confirm-resend = Send the code again
checkin-confirm-resent = A new code is on its way. The old one is good until its time is over.
