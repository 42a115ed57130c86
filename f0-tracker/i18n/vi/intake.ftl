## Xét nghiệm của trạm

tested-title = Ghi xét nghiệm
tested-lead = Xét nghiệm âm tính do nhân viên làm hoặc giám sát được tính khi kết thúc cách ly.
tested-new-title = Xét nghiệm nhanh cho một người
tested-new-lead = Dương tính thì hồ sơ mở theo định nghĩa ca bệnh đang áp dụng; người đã có hồ sơ thì giữ hồ sơ đó.
tested-no-case = Đã ghi. Chưa mở hồ sơ
tested-test = Xét nghiệm
tested-outcome = Kết quả
tested-detected = dương tính
tested-not-detected = âm tính
tested-invalid = không có giá trị
tested-method = Loại
tested-antigen = kháng nguyên nhanh
tested-watch = Ai làm, ai giám sát
tested-watch-staff = nhân viên y tế làm
tested-watch-in-person = tự làm, giám sát tại chỗ
tested-watch-remote = tự làm, giám sát từ xa
tested-watch-unwatched = tự làm, không ai giám sát: không tính
tested-at = Lúc lấy mẫu
tested-note = Ghi chú
tested-who = Người được xét nghiệm
tested-name = Họ và tên
tested-birth = Năm sinh hoặc ngày sinh
tested-birth-hint = 1955 hoặc 1955-03-20
tested-sex = Giới tính
tested-number = Số CCCD
tested-signs = Định nghĩa ca bệnh hỏi
tested-signs-lead = Xét nghiệm có thành ca bệnh hay không tùy vào đây.
tested-factor = Có yếu tố dịch tễ
tested-contact = Là F1
tested-onset = Ngày đầu có triệu chứng
tested-send = Ghi xét nghiệm
tested-link = Nhập xét nghiệm nhanh

## Tiếp nhận

intake-title = Tiếp nhận
intake-lead = Ô để trống là chưa biết, và không bao giờ được tính là bình thường.
intake-conditions = Bệnh nền (4038/QĐ-BYT)
intake-no-conditions = Đã hỏi: không có bệnh nào
intake-doses = Số mũi vắc xin
intake-last-dose = Ngày tiêm mũi cuối
intake-pregnant = Đang mang thai
intake-stable = Bệnh nền đang ổn định
intake-self-care = Tự chăm sóc được
intake-reachable = Liên lạc được với nhân viên y tế
intake-has-carer = Có người chăm sóc
intake-carer = Người chăm sóc
intake-household = Người cùng nhà
intake-doctor-by-load = bác sĩ đang phụ trách, hoặc người ít bệnh nhân nhất
intake-send = Tiếp nhận
intake-may = Được chăm tại nhà
intake-may-not = Không chăm tại nhà được
intake-unknown = Chưa đủ thông tin
intake-met = đạt
intake-not-met = không đạt
intake-not-known = chưa biết

## Người tiếp xúc

contacts-title = Người tiếp xúc (F1)
contacts-lead = Hôm nay mỗi người làm gì, theo quy định của ngày hôm nay.
contacts-nobody = Chưa biết ai tiếp xúc
contacts-nobody-text = Người cùng nhà ghi ở phần tiếp nhận; người cùng nơi đến lấy từ check-in.
contacts-today = Hôm nay
contacts-quarantine = ở nhà
contacts-test = đến hạn xét nghiệm
contacts-watch = tự theo dõi
contacts-free = hết theo dõi
contacts-ill = đã thành F0
contacts-none = không theo dõi
contacts-quarantine-until = Ở nhà đến
contacts-test-on = Xét nghiệm ngày
contacts-watch-until = Theo dõi đến

## Lịch trực

duties-title = Lịch trực
duties-lead = Cảnh báo đến người đang trực ghi ở đây, và chuyển người khi ca bắt đầu hoặc kết thúc. Không ai trong lịch thì tài khoản phụ trách địa bàn đứng thay.
duties-none = Bảy ngày tới chưa ai trong lịch
duties-none-text = Thêm người trực đầu tiên ở dưới. Hồ sơ mới nhận bác sĩ theo lịch này.
duties-who = Ai
duties-role = Vai trò
duties-area = Địa bàn
duties-from = Từ
duties-to = Đến
duties-now = đang trực
duties-alerts = Cảnh báo mở
duties-end = Kết thúc
duties-end-ask = Kết thúc ca trực này ngay? Cảnh báo sẽ chuyển sang người đang trực.
duties-add = Thêm ca trực
