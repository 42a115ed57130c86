## Toàn tỉnh

dash-title = Tình hình dịch
dash-everything = Toàn địa bàn
dash-as-of = Số liệu lúc
dash-source = nguồn: hồ sơ F0, kết quả xét nghiệm và quét mã của An Tâm
dash-area = Huyện
dash-from = Từ ngày
dash-to = Đến ngày
dash-show = Xem
dash-export = Tải CSV

dash-new = Ca mới
dash-average = Trung bình 7 ngày
dash-average-note = trung bình 7 ngày: { $count }
dash-open = Đang cách ly
dash-serious = Khẩn, cấp cứu
dash-serious-note = { $count } ca khẩn hoặc cấp cứu
dash-waiting = Cảnh báo chưa ai nhận
dash-waiting-none = không ai phải chờ
dash-oldest = lâu nhất từ { $ago }
dash-silent = Thiếu báo cáo
dash-share-note = { $share } số đang cách ly
dash-positivity = Tỷ lệ dương tính
dash-tests = Xét nghiệm
dash-tests-note = { $count } xét nghiệm 7 ngày
dash-contacts = Người tiếp xúc tìm được
dash-contacts-note = trong những ngày đang xem; tin nhắn gửi từ phần quét mã
dash-closed = Kết thúc
dash-day = Ngày

dash-curve = Diễn biến
dash-chart-new = Ca mới mỗi ngày
dash-chart-active = Đang cách ly
dash-chart-tests = Xét nghiệm và số dương tính
dash-chart-summary = Từ { $first } đến { $last }: cao nhất { $most }, ngày cuối { $now }.
dash-positive-word = dương tính
dash-legend-day = một ngày (ở hình xét nghiệm: dương tính)
dash-legend-average = trung bình 7 ngày
dash-legend-tests = mọi xét nghiệm
dash-table = Xem dạng bảng

dash-alerts = Cảnh báo bây giờ
dash-since = Chờ từ
dash-taken = { $count } đã có người nhận
dash-levels = Đang cách ly, theo mức của báo cáo mới nhất
dash-risks = Đang cách ly, theo nhóm nguy cơ
dash-contact-household = Cùng nhà
dash-contact-close = Ở cùng lâu (gần)
dash-contact-brief = Ở cùng chốc lát
dash-contact-same_place = Cùng nơi, khác giờ

dash-districts = Theo huyện
dash-no-district = Chưa rõ huyện
dash-tiles = Ca mới 7 ngày theo huyện
dash-new-week = Ca mới 7 ngày
dash-trend = So với 7 ngày trước
dash-up = tăng { $count }
dash-down = giảm { $count }
dash-steady = không đổi
