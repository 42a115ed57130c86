## What several screens say

care-danger-signs = Is there any of these signs now?
care-no-signs = None of these signs or symptoms
care-everyday-signs = Other symptoms

## Hints beside the numbers

care-hint-spo2-pct = Sit still for a minute, then read the number. No nail polish.
care-hint-temperature-c = Leave the thermometer in long enough; write the decimal too.
care-hint-pulse = The second number on the finger clip.
care-hint-respiratory-rate = Count for a full minute, lying still. A child must not be crying.

## Care: signing in

care-sign-in = F0 care at home
care-lead = Report today's state and reach a doctor. Family may report for the patient.
care-phone = The phone number given to the health station
care-phone-hint = The code will be sent to this number.
care-year = The patient's year of birth
care-year-wrong = The year of birth has 4 digits, such as 1955
care-year-hint = Where a family shares a phone, the year says who is meant.
care-send-code = Send me the code
care-code-title = Enter the 6-digit code
care-code-lead = If phone and year of birth fit an open case, a code was sent by message.
care-code = Code
care-code-hint = The code is good for 10 minutes.
care-code-wrong = The code is wrong or has expired. Look at the message again, or ask for a new code.
care-enter = Enter
care-other-phone = Another number, or a new code

## Care: today

care-title = Health today
care-nobody = No open case
care-nobody-text = There is nothing more to report. If you feel unwell, call 1022 or the health station.
care-told = Doctor and station advise
care-told-read = The family has read it
care-told-confirm = I have read it
care-referral = You are referred to
care-referral-somewhere = a place of care
care-near = What those you live with do
care-near-until = Stay at home until
care-near-test = test on
care-call-station = Call the health station
care-morning = Morning
care-afternoon = Afternoon
care-step-due = Takes about a minute
care-step-late = Not reported: report now
care-step-later = From 12 noon
care-step-done = Reported at { $time }.
care-today-unknown = No report today
care-today-unknown-note = Measure and report, so that the doctor knows. Short of breath: call 115 now, do not wait.
care-today-well = The last report was fine
care-today-well-note = Measure again next time. Short of breath: call 115 now, do not wait.
care-today-watch = To be watched
care-today-watch-note = Measure once more and report. If it gets worse, call 115 now.
care-today-urgent = A doctor will call you
care-today-urgent-note = Keep the phone beside you. If it gets worse, call 115 now.
care-today-emergency = Call 115 now
care-today-emergency-note = The last report had a danger sign. The doctor on duty was told.
care-help = Call for help
care-call-115 = Call 115
care-call-1022 = Call 1022

## Care: a report and its answer

care-report-title = Report your health
care-who = Who is reporting?
care-by-patient = The patient
care-by-family = Family, for the patient
care-step-numbers = 1. Measure and write the numbers
care-step-numbers-note = Leave empty what you cannot measure.
care-step-signs = 2. Tick the signs that are there now
care-send = Send to the doctor
care-answer-title = What the report means
care-source = By { $source }
care-back = Back to today
care-answer-none = All is well today
care-answer-none-note = Sent. Keep measuring twice a day. Short of breath: call 115 now, do not wait.
care-answer-watch = To be watched
care-answer-watch-note = Sent. A health worker will look at it and be in touch today. If it gets worse, call 115.
care-answer-urgent = A doctor will call you within the hour
care-answer-urgent-note = Keep the phone beside you and do not stay alone. If it gets worse, call 115 now, do not wait.
care-answer-emergency = Call 115 now
care-answer-emergency-note = This is a danger sign. The doctor on duty was told and will call; do not wait, call 115.
care-measure-again = Measure once more
care-measure-again-note = Wait a minute, sit still, warm your hand, no nail polish, the same finger.
care-report-again = Write down the new number
care-why = Why

## The household

house-protocol = Judged by
house-sent = sent
care-house-title = Report for the whole household
care-house-lead = Write what you measured for each; leave empty whoever was not measured. One sending for all.
care-house-send = Send for all
care-house-link = Report for the whole household at once
