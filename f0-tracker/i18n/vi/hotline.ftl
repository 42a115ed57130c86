## Đường dây tư vấn

hotline-title = Đường dây tư vấn
hotline-q = Số điện thoại, tên không dấu, CCCD
hotline-back = Về danh sách
hotline-nobody = Thử số điện thoại hoặc ít chữ hơn. Người chưa có trong sổ thì mời gọi trạm y tế.
hotline-found = Những người tìm thấy
hotline-state = Hồ sơ F0
hotline-no-case = Không có hồ sơ F0
hotline-ended = Đã kết thúc ngày { $day }
hotline-promised = Hẹn gọi lại
hotline-promised-none = Không có cuộc gọi nào đã hẹn.
hotline-late = Quá hẹn
hotline-handed = Bàn giao chưa ai nhận
hotline-ambulance = 115 báo đã nhận
hotline-calls = Cần gọi
hotline-calls-lead = Xếp theo mức nguy hiểm và thời gian không có tin.
hotline-later = { $count } người khác chờ lần gọi tiếp.
hotline-calls-none = Không còn ai cần gọi lúc này
hotline-calls-none-text = Danh sách tự có khi ai đó đến lượt gọi.
hotline-attempts = Đã gọi
hotline-tried = { $count } lần, lần cuối { $how }, { $ago }
hotline-visit = Gọi không được, cần trạm đến nhà.
hotline-case = Mở hồ sơ
hotline-household = Cùng nhà, cùng số điện thoại
hotline-household-none = Chưa biết ai cùng nhà.
hotline-relation-asked = người gọi
hotline-relation-household = cùng nhà
hotline-relation-phone = cùng số điện thoại
hotline-script = Hỏi theo thứ tự
hotline-script-lead = Ghi những gì người gọi nói. Chấm theo đúng quy tắc như khi gia đình tự báo.
hotline-log-none = Chưa có cuộc gọi hay việc nào được ghi.
hotline-due = Hẹn lúc

## Vì sao đứng ở đây

rank-why = Vì sao
rank-silent = { $count } giờ không có tin
rank-silent-days = { $count } ngày không có tin
rank-never = chưa báo lần nào
rank-spo2 = SpO2 giảm { $count } so với mức của chính mình
rank-breathing = nhịp thở tăng { $count } so với mức của chính mình
rank-pulse = mạch tăng { $count } so với mức của chính mình
rank-risk = nguy cơ cao hoặc chưa rõ
rank-day = ngày bệnh { $count }
rank-points = { $count } điểm

## Cả nhà

hotline-house-title = Một cuộc gọi cho cả nhà
hotline-house-lead = Mỗi người được chấm theo hướng dẫn cho tuổi của mình. Ai chưa biết gì thì để trống.
hotline-house-call = Cuộc gọi
hotline-house-inbound = người nhà gọi đến
hotline-house-outbound = mình gọi đi
hotline-house-send = Ghi cho cả nhà
hotline-house-link = Hỏi cả nhà trong một cuộc gọi
