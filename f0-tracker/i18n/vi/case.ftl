## Người bệnh

case-title = Hồ sơ F0
case-patient = Người bệnh
case-nobody = Chưa rõ tên
case-no-ward = Chưa rõ phường, xã
case-age-years = { $count } tuổi
case-age-months = { $count } tháng tuổi
case-age-under-one = dưới 1 tuổi
case-from-onset = ngày { $day } từ khi có triệu chứng
case-from-diagnosis = ngày { $day } từ khi chẩn đoán
case-days-onset = ngày kể từ khi có triệu chứng
case-days-diagnosis = ngày kể từ khi chẩn đoán
case-not-reported = Chưa báo
case-state-closed = Đã kết thúc
case-state-voided = Đã hủy
case-unknown = Chưa rõ
case-none-known = Chưa ghi nhận

case-phone = Điện thoại
case-risk = Nhóm nguy cơ
case-risk-low = Nguy cơ thấp
case-risk-medium = Nguy cơ trung bình
case-risk-very_high = Nguy cơ rất cao
case-risk-unknown = Chưa xếp nhóm
case-conditions = Bệnh nền
case-pregnant = Thai kỳ
case-pregnant-yes = Đang mang thai
case-vaccine = Vắc-xin
case-doses = { $count } mũi
case-address = Địa chỉ
case-household = Cùng nhà
case-contacts = Tiếp xúc
case-people = { $count } người
case-onset = Khởi phát
case-diagnosed = Chẩn đoán
case-tests = Xét nghiệm
case-outcome-detected = Dương tính
case-outcome-not_detected = Âm tính
case-outcome-inconclusive = Chưa kết luận
case-outcome-invalid = Mẫu không đạt
case-outcome-withdrawn = Đã thu hồi
case-doctor = Bác sĩ
case-no-doctor = Chưa ai nhận
case-protocol = Hướng dẫn
case-call = Gọi người bệnh
case-print = In một trang A4

## Diễn biến

case-course = Diễn biến
case-trend-down = đang giảm
case-trend-up = đang tăng
case-trend-steady = không đổi
case-on-oxygen = thở oxy
case-by-patient = Người bệnh báo
case-by-family = Người nhà báo
case-by-staff = Nhân viên y tế ghi
case-judged-by = Đánh giá theo:
case-no-reason = Không có dấu hiệu nào phải báo động.
case-empty-title = Chưa có báo cáo sức khỏe nào
case-empty-text = Gọi người bệnh, hỏi và ghi báo cáo đầu tiên trên trang này.
case-chart-none = Chưa đo lần nào.
case-chart-no-threshold = hướng dẫn không đặt ngưỡng
case-chart-summary = { $count } lần đo: từ { $first } ({ $first_at }) đến { $last } ({ $last_at }); thấp nhất { $low }, cao nhất { $high }.
case-legend-threshold = Ngưỡng của hướng dẫn
case-legend-alert = Lúc có cảnh báo
case-table = Xem dạng bảng
case-column-at = Lúc
case-column-signs = Dấu hiệu
case-column-level = Mức
case-column-by = Nguồn
case-says-title = Mỗi hướng dẫn nói gì về báo cáo mới nhất
case-decides = quyết định
case-says-no = Không báo động
case-says-nothing = Không kết luận
case-says-unable = không áp dụng hoặc chưa đủ dữ liệu
case-score = { $score } điểm
case-not-measured = chưa đo: { $what }
case-band-green = xanh
case-band-amber = vàng
case-band-red = đỏ
case-band-mild = mức độ nhẹ
case-band-moderate = mức độ trung bình
case-band-severe = mức độ nặng
case-band-zero = không có điểm
case-band-low = nguy cơ thấp
case-band-low_medium = nguy cơ thấp đến trung bình
case-band-medium = nguy cơ trung bình
case-band-high = nguy cơ cao

## Cảnh báo và việc tiếp theo

case-alert = Cảnh báo
case-alert-open = Chưa ai nhận · chờ: { $owner }
case-alert-mine = Bạn đã nhận
case-alert-taken = Đã có người nhận
case-take = Tôi nhận cảnh báo này
case-note = Đã làm gì
case-note-hint = Người trực sau sẽ đọc dòng này.
case-resolve = Xử trí xong
case-next = Việc tiếp theo
case-next-emergency = Gọi ngay, chuyển đi ngay
case-next-emergency-text = Gọi người bệnh, gọi xe cấp cứu 115
case-next-urgent = Bác sĩ gọi trong vòng một giờ
case-next-urgent-text = Hỏi lại dấu hiệu, dặn đo lại
case-next-watch = Gọi trong ngày
case-next-watch-text = Hỏi thăm, dặn đo lại
case-next-measure-again = Đo lại SpO2 sau 30 đến 60 giây
case-next-ask-age = Hỏi năm sinh
case-next-no-report = Hôm nay chưa báo sức khỏe
case-next-no-report-text = Gọi hỏi rồi ghi giúp ở phần dưới
case-next-may-end = Đủ điều kiện kết thúc cách ly
case-next-may-end-text = Theo 250/QĐ-BYT, không còn cảnh báo nào chờ
case-next-not-yet = Chưa đủ điều kiện kết thúc cách ly
case-next-ended = Hồ sơ đã kết thúc
case-timeline = Nhật ký
case-timeline-earlier = Xem những ngày trước

## Ghi báo cáo

case-form-title = Ghi báo cáo sức khỏe
case-form-by = Ai đo
case-form-on-oxygen = Đo SpO2 khi đang thở oxy
case-form-symptoms = Dấu hiệu bây giờ
case-form-no-symptoms = Đã hỏi, không có dấu hiệu nào
case-form-send = Lưu báo cáo

## Việc đang chờ, người tiếp xúc, giấy tờ

case-more-people = và { $count } người khác
case-near-household = Cùng nhà
case-near-close = Ở cùng lâu
case-near-brief = Ở cùng chốc lát
case-near-same_place = Cùng nơi, khác giờ
case-contacts-title = Người tiếp xúc
case-papers = Giấy tờ
case-paper-revoked = đã thu hồi
case-waits = Đang chờ bước tiếp
case-due = hạn
case-close = Kết thúc cách ly, cấp giấy
case-close-ask = Kết thúc cách ly và cấp giấy hoàn thành?
