## The page shell

shell-skip = Skip to the main content
shell-nav = Pages
shell-demo = Demo with made-up data.
shell-demo-messages = See the messages
shell-other-lang-tag = vi
shell-other-lang-short = VI
shell-other-lang-name = Tiếng Việt
shell-theme = Switch between light and dark
shell-sign-in = Sign in
shell-sign-out = Sign out
shell-emergency = Emergency: call 115
shell-hotline = Questions: call 1022
duty-board = Duty board

## Levels

level-emergency = Emergency
level-urgent = Urgent
level-watch = Watch
level-well = Well
level-none = Well
level-unknown = Not known

## Forms

form-errors-title = Something needs correcting
form-error-prefix = Error:

## Sign-in

login-title = Sign in
login-username = User name
login-password = Password
login-show-password = Show the password
login-totp = 6-digit code
login-totp-hint = Open the authenticator app on your phone to get the code.
login-totp-wrong = The code is not right, or was used before. Wait for the next one; after 10 wrong ones wait 10 minutes.
login-totp-late = More than 5 minutes have gone. Sign in from the beginning.
login-totp-lost = Lost your phone? Ask the administrator to turn the code of the account off.

account-title = My account
account-name = Name that people see
account-username = User name
account-roles = Roles
account-area = Area
account-factor = Code as a second step
account-factor-why = With it, whoever knows your password still does not get in. It takes an authenticator app on your phone; any will do, and it needs no network.
account-factor-on = On
account-factor-off = Off
account-factor-begin = Turn the code on
account-factor-scan = Scan this QR code with the authenticator app, then type the 6-digit code that it shows.
account-factor-letters = It cannot be scanned? Type this line into the app:
account-factor-code = 6-digit code
account-factor-confirm = Confirm and turn on
account-factor-end = Turn the code off
account-factor-end-why = Type the current code to turn it off. If the phone is lost, ask the administrator: antam user second-factor-off
account-factor-cancel = Not this time
account-factor-wrong = The code is not right, or was used before. Wait for the next one.
account-factor-qr = QR code for the authenticator app
account-factor-done = From the next sign-in on you are asked for a code.
shell-my-account = My account
login-submit = Sign in
login-wrong = The user name or the password is not right
login-demo-title = Try it now
login-demo-text = Choose somebody. The password of every demo account is “demo”.

## Demo accounts: who, and what each would do first

login-demo-admin = Administrator
login-demo-admin-first = See what the system put aside, and who may do what.
login-demo-officer = Epidemiology officer
login-demo-officer-first = See the curve of each district, then trace a case.
login-demo-doctor = Doctor on duty
login-demo-doctor-first = Take the most dangerous alert on the board.
login-demo-doctor2 = Second doctor on duty
login-demo-doctor2-first = Open the board on another computer, see alerts change hands.
login-demo-nurse = Health station of ward 4
login-demo-nurse-first = See the station's work of today, also without a network.
login-demo-lab = Laboratory
login-demo-lab-first = Upload a file of results with some wrong rows.
login-demo-sampler = Sampling team
login-demo-sampler-first = Open /sampling, scan a tube, then a person.
login-demo-venue = Venue owner
login-demo-venue-first = Print the door's QR poster, see how many are inside.
login-demo-hotline = Hotline 1022
login-demo-hotline-first = Find the caller by a name without accents, see the household.

## Front page

front-title = From a test result to a doctor, in one straight line
front-lead = An Tâm helps a whole province care for people with COVID-19: check-in at the door, results, and care for F0 at home.
front-line-result = A laboratory posts a positive result.
front-line-case = The F0 case opens; the health station and the doctors see it at once.
front-line-exposed = Whoever shared the place and the hour is found and told.
front-line-doctor = The patient reports every day; a bad sign reaches a doctor on duty.
front-line-end = The case says when isolation may end, and what is still missing.
front-citizen = For everybody
front-care = I am an F0 at home
front-care-note = Report today's temperature and SpO2, and reach a doctor.
front-message = An Tâm sent me a message
front-message-note = Do what the message says. To ask more, call 1022. In an emergency, call 115.
front-register = Register a venue
front-register-note = A restaurant, shop, market or bus: five minutes to the QR code on the door.
front-venue = I have a shop or an office
front-venue-note = Make the QR poster for the door in five minutes.
front-scan = I am at a place with an An Tâm code
front-scan-note = Open the phone's camera, scan the code at the door, tap once.
front-exposures = Contact tracing
front-exposures-note = Who was at the same place as a case, and who was told.
front-people = Find people
front-people-note = Name without accents, phone or ID number.
front-staff = For health workers
front-board = Doctor on duty
front-board-note = The alerts, ordered by danger.
front-work = Your work
front-station = Health station
front-station-note = Who did not report, who is due a test, who may go; works without a network.
front-hotline = Advice line
front-hotline-note = One search box, the caller's household, whom to call first.
front-shifts-note = What is in hand, accepted line by line.
front-protocols-note = Which protocol is in force, each rule with its source.
front-dashboard = The epidemic
front-dashboard-note = The curve, each district, alerts that nobody has. Nobody's name.
front-lab = Laboratory
front-lab-note = Send results, see which row is wrong and why.

## Error page

error-happened = What happened
error-safe = What is safe
error-todo = What to do next
error-home = To the front page
error-again = Try again
error-request = Reference for reporting this:
error-not-found-title = There is no such page
error-not-found-happened = The address is wrong, or the page has moved.
error-not-found-safe = Nothing is lost.
error-not-found-todo = Check the address, or begin at the front page.
error-forbidden-title = You may not see this page
error-forbidden-happened = Your account has no access here.
error-forbidden-safe = Nobody saw anything more, and nothing is lost.
error-forbidden-todo = If your work needs it, ask the administrator for access.
error-internal-title = Something broke on our side
error-internal-happened = The fault is ours, not yours.
error-internal-safe = Whatever was said to be saved is still there.
error-internal-todo = Try again in a minute. In an emergency, call 115.
error-busy-title = The system is busy
error-busy-happened = Too many people are using it at the same moment.
error-busy-safe = Whatever was said to be saved is still there. This attempt was not saved.
error-busy-todo = Wait a few seconds and try again. Sending again does not make a second copy.

## Demo outbox

messages-title = Messages that would have left
messages-lead = The demo keeps every SMS, e-mail, Zalo and push message here and sends none.
messages-to = Phone number or address
messages-channel-sms = SMS
messages-channel-email = Email
messages-channel-zalo = Zalo
messages-channel-push = Notification
messages-duty-all_doctors = All doctors
messages-duty-doctor_on_duty = Doctor on duty
messages-duty-doctor = Doctor
messages-duty-ward_station = Ward health station
messages-duty-provincial_officer = Provincial health officer
messages-find = Filter
messages-empty-title = No message yet
messages-empty-text = Release a test result, and the message to the citizen appears here.

## Navigation, roles

nav-board = Duty board
nav-station = Work of today
nav-hotline = Advice line
nav-shifts = Shifts
nav-dashboard = The province
nav-lab = Laboratory
nav-sampling = Sampling
nav-tubes = Tubes
nav-venue = Venues
nav-waiting = Waiting venues
nav-exposures = Tracing
nav-untold = To be told
nav-people = Find people
nav-duties = Roster
nav-protocols = Protocols
nav-operations = Operations

role-admin = Administrator
role-officer = Health officer
role-doctor = Doctor
role-nurse = Health station
role-lab = Laboratory
role-sampler = Sampling team
role-gateway = Text message gateway
role-venue = Venue
role-hotline = 1022 hotline

code-sms = An Tam: your code is { $code }, good for 10 minutes. Give it to nobody.

error-safe-none = Nothing was changed or lost.
error-safe-server = Whatever was said to be saved is still there.
error-todo-check = Correct it and try again.
error-todo-address = Check the address, or begin at the front page.
error-todo-server = Try again in a minute. In an emergency, call 115.

## Find people

people-title = Find people
people-lead = Every search and every view is recorded.
people-q = Name without accents, phone, ID number
people-find = Find
people-empty-title = Nothing searched yet
people-empty-text = Type at least 2 letters: “nguyen thi hoa” finds “Nguyễn Thị Hoa”.
people-none-title = Nobody found
people-none-text = Try fewer letters, or search by phone number.
people-short = Type at least 2 letters or digits
people-long = Type at most 100 letters, 12 words
people-name = Full name
people-born = Born
people-sex = Sex
people-phone = Phone
people-ward = Ward, commune

## Operations

operations-title = Operations
operations-outbox = Events waiting
operations-letters = Events put aside
operations-messages = Messages waiting
operations-audit = Audit lines
operations-letters-title = Events that could not be handled
operations-letters-none = No event was put aside
operations-letters-none-text = Every event was handled.
operations-consumer = Consumer
operations-kind = Type
operations-error = Why
operations-when = When
operations-replay = Replay
operations-action = What you can do
operations-accounts = Accounts
operations-username = User name
operations-name = Person
operations-roles = Roles
operations-area = Area

## The page of a device that has no network

offline-title = No network
offline-safe = What was checked in on this device is still here and is sent by itself when there is a network.
offline-todo = Try again when there is a signal. At a door, open the scanner or scan the poster: both work without a network.
offline-pages = Opens on this device all the same
