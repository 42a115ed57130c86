## What several screens say

care-danger-signs = Bây giờ có dấu hiệu nào dưới đây?
care-no-signs = Không có dấu hiệu hay triệu chứng nào
care-everyday-signs = Triệu chứng khác

## Hints beside the numbers

care-hint-spo2-pct = Ngồi yên một phút rồi đọc số. Không sơn móng tay.
care-hint-temperature-c = Kẹp nhiệt kế đủ giờ, ghi cả số lẻ.
care-hint-pulse = Số thứ hai trên máy kẹp ngón tay.
care-hint-respiratory-rate = Đếm đủ một phút, lúc nằm yên. Trẻ không khóc.

## Care: signing in

care-sign-in = Chăm F0 tại nhà
care-lead = Báo sức khỏe hôm nay và liên lạc bác sĩ. Người nhà báo giúp cũng được.
care-phone = Số điện thoại đã khai với trạm y tế
care-phone-hint = Mã sẽ được gửi đến số này.
care-year = Năm sinh của người bệnh
care-year-wrong = Năm sinh gồm 4 chữ số, ví dụ 1955
care-year-hint = Cả nhà dùng chung một số thì năm sinh cho biết là ai.
care-send-code = Gửi mã cho tôi
care-code-title = Nhập mã 6 số
care-code-lead = Nếu số điện thoại và năm sinh khớp với một hồ sơ đang mở, mã đã được gửi qua tin nhắn.
care-code = Mã
care-code-hint = Mã dùng được trong 10 phút.
care-code-wrong = Mã không đúng hoặc đã hết hạn. Hãy xem lại tin nhắn, hoặc xin mã mới.
care-enter = Vào
care-other-phone = Nhập số khác hoặc xin mã mới

## Care: today

care-title = Sức khỏe hôm nay
care-nobody = Không có hồ sơ đang mở
care-nobody-text = Bạn không cần báo gì nữa. Nếu thấy không khỏe, gọi 1022 hoặc trạm y tế.
care-told = Bác sĩ, trạm y tế dặn
care-told-read = Gia đình đã đọc
care-told-confirm = Tôi đã đọc
care-referral = Bạn được chuyển đến
care-referral-somewhere = cơ sở điều trị
care-near = Người cùng nhà cần làm gì
care-near-until = Ở nhà đến hết ngày
care-near-test = xét nghiệm ngày
care-call-station = Gọi trạm y tế
care-morning = Buổi sáng
care-afternoon = Buổi chiều
care-step-due = Mất khoảng một phút
care-step-late = Chưa báo: báo ngay bây giờ
care-step-later = Từ 12 giờ trưa
care-step-done = Đã báo lúc { $time }.
care-today-unknown = Hôm nay chưa báo
care-today-unknown-note = Đo rồi báo, bác sĩ mới biết. Thấy khó thở thì gọi 115 ngay, đừng chờ.
care-today-well = Lần báo gần nhất ổn
care-today-well-note = Đo lại đúng buổi. Thấy khó thở thì gọi 115 ngay, đừng chờ.
care-today-watch = Cần theo dõi thêm
care-today-watch-note = Đo lại một lần nữa rồi báo. Nặng hơn thì gọi 115 ngay.
care-today-urgent = Bác sĩ sẽ gọi cho bạn
care-today-urgent-note = Để điện thoại bên cạnh. Nặng hơn thì gọi 115 ngay.
care-today-emergency = Gọi 115 ngay
care-today-emergency-note = Lần báo gần nhất có dấu hiệu nguy hiểm. Bác sĩ trực đã được báo.
care-help = Gọi giúp đỡ
care-call-115 = Gọi 115
care-call-1022 = Gọi 1022

## Care: a report and its answer

care-report-title = Báo sức khỏe
care-who = Ai đang báo?
care-by-patient = Người bệnh tự báo
care-by-family = Người nhà báo giúp
care-step-numbers = 1. Đo và ghi số
care-step-numbers-note = Không đo được số nào thì để trống.
care-step-signs = 2. Chọn dấu hiệu đang có
care-send = Gửi cho bác sĩ
care-answer-title = Kết quả báo sức khỏe
care-source = Theo { $source }
care-back = Về trang hôm nay
care-answer-none = Hôm nay ổn
care-answer-none-note = Đã gửi. Tiếp tục đo hai lần mỗi ngày. Thấy khó thở thì gọi 115 ngay, đừng chờ.
care-answer-watch = Cần theo dõi thêm
care-answer-watch-note = Đã gửi. Nhân viên y tế sẽ xem và liên lạc trong ngày. Nặng hơn thì gọi 115.
care-answer-urgent = Bác sĩ sẽ gọi cho bạn trong vòng một giờ
care-answer-urgent-note = Để điện thoại bên cạnh và đừng ở một mình. Nặng hơn thì gọi 115 ngay, đừng chờ.
care-answer-emergency = Gọi 115 ngay
care-answer-emergency-note = Đây là dấu hiệu nguy hiểm. Bác sĩ trực đã được báo và sẽ gọi; đừng chờ, hãy gọi 115.
care-measure-again = Đo lại một lần nữa
care-measure-again-note = Đợi một phút, ngồi yên, làm ấm tay, bỏ sơn móng, cùng ngón tay đó.
care-report-again = Ghi số vừa đo lại
care-why = Vì sao

## Cả nhà

house-protocol = Chấm theo
house-sent = đã gửi
care-house-title = Báo cho cả nhà
care-house-lead = Ghi số đo của từng người; ai chưa đo thì để trống. Gửi một lần cho cả nhà.
care-house-send = Gửi cho cả nhà
care-house-link = Báo một lần cho cả nhà
