## Bảng trực

board-title = Bảng trực
board-connecting = Đang nối
board-view = Cách xem
board-view-lanes = Ba cột
board-view-list = Một danh sách
board-shortcuts = Phím tắt
board-shortcuts-use = Dùng phím tắt
board-key-down = xuống
board-key-up = lên
board-key-open = mở hồ sơ
board-key-take = nhận
board-key-call = gọi
board-close = Đóng

board-alerts = Cảnh báo
board-none-emergency = Không có ai cần cấp cứu.
board-none-urgent = Không có ai cần gọi gấp.
board-none-watch = Không có ai cần đo lại hay gọi trong ngày.
board-waits = Chờ
board-wait-short = dưới 1 phút
board-wait-minutes = { $minutes } phút
board-wait-hours = { $hours } giờ { $minutes } phút
board-wait-days = { $days } ngày { $hours } giờ
board-call = Gọi
board-take = Nhận
board-resolve = Xong
board-more = và { $count } lý do khác
board-more-alerts = Còn cảnh báo nữa chưa hiện ở đây; chúng hiện ra khi những cảnh báo trên được nhận.

## Danh sách ca bệnh

board-cases = Ca bệnh đang theo dõi
board-q = Tên không dấu, số điện thoại, CCCD
board-ward = Phường, xã
board-ward-all = Mọi phường, xã
board-risk-all = Mọi nhóm nguy cơ
board-find = Tìm
board-clear = Bỏ lọc
board-next = Xem tiếp
board-nobody-title = Không thấy ai
board-nobody-text = Thử ít chữ hơn, hoặc tìm bằng số điện thoại.
board-no-case-title = Chưa có ca bệnh nào đang mở
board-no-case-text = Hồ sơ tự mở khi có kết quả dương tính trong địa bàn của bạn.
board-column-level = Mức
board-column-who = Người bệnh
board-column-where = Nơi ở
board-column-day = Ngày bệnh
board-column-values = Chỉ số mới nhất
board-column-reported = Báo lần cuối
board-column-doctor = Bác sĩ
board-whole-district = Cả { $name }
board-doctor-me = Bệnh nhân của tôi
board-doctor-all = Mọi bác sĩ
board-sound = Tiếng cấp cứu
board-filtered = Đang lọc theo địa bàn, bác sĩ hoặc nguy cơ. Cấp cứu luôn hiện đủ.
board-handed = Bàn giao chờ bác sĩ nhận
board-accept = Nhận bàn giao
