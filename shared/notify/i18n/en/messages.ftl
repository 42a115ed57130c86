# Messages to citizens and to those on duty. The value of a message is its short form (SMS, Zalo, push); .subject and .body are the e-mail.
# Never write a diagnosis: a whole family may share the phone, and anybody can read a locked screen.

result-ready = { $change ->
        [corrected] An Tâm: your test result was corrected. See the new one: { $link }
        [withdrawn] An Tâm: the test result that you were told of is no longer valid. See: { $link }
       *[new] An Tâm: your test result is ready. See it at: { $link }
    }
    .subject = { $change ->
        [corrected] Your test result was corrected
        [withdrawn] A test result is no longer valid
       *[new] Your test result is ready
    }
    .body =
        Hello,

        { $change ->
            [corrected] The laboratory corrected your result. Please read the new one and discard the old one:
            [withdrawn] The laboratory withdrew the result that you were told of. It is no longer valid. See:
           *[new] The laboratory released your result. See it at:
        }
        { $link }

        If you need help, call your health station.

        An Tâm

exposure-found = { $level ->
        [household] An Tâm: a person who lives with you may be infectious. Please stay at home together as far as you can and watch your health. To ask more: { $link }
        [close] An Tâm: on { $day } you were near a person who may have been infectious, for a long time. Please limit contact with others. To ask more: { $link }
        [brief] An Tâm: on { $day } you were near a person who may have been infectious, for a short time. Please watch your health. To ask more: { $link }
       *[same_place] An Tâm: on { $day } you went where a person who may have been infectious also went, at another time. Please watch your health. To ask more: { $link }
    }
    .subject = A notice about your health, { $day }
    .body =
        Hello,

        { $level ->
            [household] A person who lives with you may be infectious. Please stay at home together as far as you can and watch your health.
            [close] On { $day } you were near a person who may have been infectious, for a long time. Please limit contact with others and watch your health.
            [brief] On { $day } you were near a person who may have been infectious, for a short time. Please watch your health.
           *[same_place] On { $day } you went where a person who may have been infectious also went, at another time. Please watch your health.
        }

        Your health station will help you. If you feel unwell, call it at once. See what to do:
        { $link }

        To protect everybody, this message names no person and no place.

        An Tâm

exposure-withdrawn =
    An Tâm: the earlier notice that you were where a person who may have been infectious was is no longer true. You can live as usual. To ask more: { $link }
    .subject = An earlier notice about your health is no longer true
    .body =
        Hello,

        The earlier notice that you were where a person who may have been infectious was is no longer true. You can live as usual.

        To ask more, call your health station or see:
        { $link }

        An Tâm

venue-alert =
    An Tâm: on { $day } you were at a place where a person who may have been infectious also was. Please watch your health. To ask more: { $link }
    .subject = A notice about your health, { $day }
    .body =
        Hello,

        On { $day } you were at a place where a person who may have been infectious also was. Everybody who was there is told. Please watch your health.

        If you feel unwell, call your health station. See what to do:
        { $link }

        To protect everybody, this message names no person and no place.

        An Tâm

case-opened =
    An Tâm: the health station follows your health at home. In an emergency call 115. Please report twice a day, morning and afternoon, at: { $link }
    .subject = Please report your health every day
    .body =
        Hello,

        The health station follows your health at home. Please report twice a day, morning and afternoon, at:
        { $link }

        A family member may report for you. In an emergency call 115.

        An Tâm

alert-on-call = An Tâm: { $level ->
        [emergency] Emergency alert, act now.
        [urgent] Urgent alert, call within the hour.
       *[watch] Watch alert, call today.
    } Open the board: { $link }
    .subject = { $level ->
        [emergency] Emergency alert
        [urgent] Urgent alert
       *[watch] Watch alert
    }
    .body =
        { $level ->
            [emergency] There is an emergency alert: act now.
            [urgent] There is an urgent alert: call within the hour.
           *[watch] There is a watch alert: call today.
        } Open the board to take it:
        { $link }

        An Tâm

alert-escalated = An Tâm: { $level ->
        [emergency] an emergency alert
        [urgent] an urgent alert
       *[watch] a watch alert
    } was not taken and has come to you. Open the board: { $link }
    .subject = { $level ->
        [emergency] Emergency alert not taken
        [urgent] Urgent alert not taken
       *[watch] Watch alert not taken
    }
    .body =
        { $level ->
            [emergency] An emergency alert
            [urgent] An urgent alert
           *[watch] A watch alert
        } was not taken and has come to you. Open the board to take it:
        { $link }

        An Tâm

paper-issued =
    An Tâm: your confirmation paper is ready. See and download it at: { $link }
    .subject = Your confirmation paper is ready
    .body =
        Hello,

        Your confirmation paper is ready. See and download it at:
        { $link }

        The QR code on the paper tells that it is genuine and valid.

        An Tâm

one-time-code = An Tâm: your code is { $code }, good for { $minutes ->
        [one] 1 minute
       *[other] { $minutes } minutes
    }. Give it to nobody.
    .subject = Your one-time code
    .body =
        Hello,

        Your code is { $code }, good for { $minutes ->
            [one] 1 minute
           *[other] { $minutes } minutes
        }. Give it to nobody.

        If you did not ask for a code, ignore this message.

        An Tâm
