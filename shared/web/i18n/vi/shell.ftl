## The page shell

shell-skip = Đến nội dung chính
shell-nav = Các trang
shell-demo = Bản dùng thử, dữ liệu giả.
shell-demo-messages = Xem tin nhắn
shell-other-lang-tag = en
shell-other-lang-short = EN
shell-other-lang-name = English
shell-theme = Đổi nền sáng, tối
shell-sign-in = Đăng nhập
shell-sign-out = Đăng xuất
shell-emergency = Cấp cứu: gọi 115
shell-hotline = Hỏi đáp: gọi 1022
duty-board = Bảng trực

## Levels

level-emergency = Cấp cứu
level-urgent = Khẩn
level-watch = Theo dõi
level-well = Ổn
level-none = Ổn
level-unknown = Chưa rõ

## Forms

form-errors-title = Có chỗ cần sửa
form-error-prefix = Lỗi:

## Sign-in

login-title = Đăng nhập
login-username = Tên đăng nhập
login-password = Mật khẩu
login-show-password = Hiện mật khẩu
login-totp = Mã 6 số
login-totp-hint = Mở ứng dụng xác thực trên điện thoại để lấy mã.
login-totp-wrong = Mã chưa đúng hoặc đã dùng rồi. Hãy đợi mã tiếp theo; sau 10 lần sai thì đợi 10 phút.
login-totp-late = Đã quá 5 phút. Hãy đăng nhập lại từ đầu.
login-totp-lost = Mất điện thoại? Nhờ người quản trị tắt mã của tài khoản.

account-title = Tài khoản của tôi
account-name = Tên hiển thị
account-username = Tên đăng nhập
account-roles = Vai trò
account-area = Địa bàn
account-factor = Mã xác thực hai bước
account-factor-why = Có thêm mã này thì người biết mật khẩu của bạn vẫn không vào được. Cần một ứng dụng xác thực trên điện thoại; ứng dụng nào cũng được, không cần mạng.
account-factor-on = Đang bật
account-factor-off = Đang tắt
account-factor-begin = Bật mã xác thực
account-factor-scan = Quét mã QR này bằng ứng dụng xác thực, rồi nhập mã 6 số mà ứng dụng hiện ra.
account-factor-letters = Không quét được? Nhập dòng này vào ứng dụng:
account-factor-code = Mã 6 số
account-factor-confirm = Xác nhận và bật
account-factor-end = Tắt mã xác thực
account-factor-end-why = Nhập mã hiện tại để tắt. Mất điện thoại thì nhờ người quản trị: antam user second-factor-off
account-factor-cancel = Bỏ qua lần này
account-factor-wrong = Mã chưa đúng hoặc đã dùng rồi. Hãy đợi mã tiếp theo.
account-factor-qr = Mã QR cho ứng dụng xác thực
account-factor-done = Từ lần đăng nhập sau, hệ thống sẽ hỏi mã.
shell-my-account = Tài khoản của tôi
login-submit = Đăng nhập
login-wrong = Tên đăng nhập hoặc mật khẩu không đúng
login-demo-title = Thử ngay
login-demo-text = Chọn một người. Mật khẩu của mọi tài khoản dùng thử là “demo”.

## Demo accounts: who, and what each would do first

login-demo-admin = Quản trị
login-demo-admin-first = Xem hệ thống có gì bị gác lại, ai có quyền gì.
login-demo-officer = Cán bộ dịch tễ
login-demo-officer-first = Xem đường cong từng huyện, rồi truy vết một ca.
login-demo-doctor = Bác sĩ trực
login-demo-doctor-first = Nhận cảnh báo nguy hiểm nhất trên bảng trực.
login-demo-doctor2 = Bác sĩ trực thứ hai
login-demo-doctor2-first = Mở bảng ở máy khác, xem cảnh báo chuyển người.
login-demo-nurse = Trạm y tế phường 4
login-demo-nurse-first = Xem việc hôm nay của trạm, kể cả khi mất mạng.
login-demo-lab = Phòng xét nghiệm
login-demo-lab-first = Tải lên một tệp kết quả có vài dòng sai.
login-demo-sampler = Đội lấy mẫu
login-demo-sampler-first = Mở /sampling, quét ống rồi quét người.
login-demo-venue = Chủ địa điểm
login-demo-venue-first = In mã QR dán cửa, xem bao nhiêu người bên trong.
login-demo-hotline = Tổng đài 1022
login-demo-hotline-first = Tìm người gọi bằng tên không dấu, xem cả nhà họ.

## Front page

front-title = Từ kết quả xét nghiệm đến người bác sĩ, một đường thẳng
front-lead = An Tâm giúp cả tỉnh cùng chăm người mắc COVID-19: quét mã ở cửa, trả kết quả, theo dõi F0 tại nhà.
front-line-result = Phòng xét nghiệm gửi kết quả dương tính.
front-line-case = Hồ sơ F0 mở ngay, trạm y tế và bác sĩ thấy ngay.
front-line-exposed = Ai ở cùng chỗ, cùng giờ được tìm ra và báo tin.
front-line-doctor = Người bệnh báo sức khỏe mỗi ngày; dấu hiệu xấu đến bác sĩ đang trực.
front-line-end = Hồ sơ cho biết khi nào đủ điều kiện kết thúc cách ly, và còn thiếu gì.
front-citizen = Cho người dân
front-care = Tôi là F0 tại nhà
front-care-note = Báo nhiệt độ, SpO2 hôm nay và liên lạc bác sĩ.
front-message = Tôi nhận tin của An Tâm
front-message-note = Làm theo lời trong tin. Cần hỏi thêm, gọi 1022. Cấp cứu, gọi 115.
front-register = Đăng ký địa điểm
front-register-note = Nhà hàng, cửa hàng, chợ, chuyến xe: năm phút là có mã QR dán cửa.
front-venue = Tôi có cửa hàng, cơ quan
front-venue-note = Tạo mã QR dán cửa trong năm phút.
front-scan = Tôi đến một nơi có mã An Tâm
front-scan-note = Mở máy ảnh điện thoại, quét mã dán ở cửa, chạm một lần.
front-exposures = Truy vết
front-exposures-note = Ai đã ở cùng nơi với một ca bệnh, ai đã được báo tin.
front-people = Tìm người
front-people-note = Tên không dấu, số điện thoại hoặc số giấy tờ.
front-staff = Cho nhân viên y tế
front-board = Bác sĩ trực
front-board-note = Bảng cảnh báo theo mức nguy hiểm.
front-work = Việc của bạn
front-station = Trạm y tế
front-station-note = Ai chưa báo, ai cần xét nghiệm, ai được về; dùng được khi mất mạng.
front-hotline = Đường dây tư vấn
front-hotline-note = Một ô tìm kiếm, cả nhà người gọi, ai cần gọi trước.
front-shifts-note = Việc đang giữ, người đến nhận từng dòng.
front-protocols-note = Hướng dẫn nào đang áp dụng, từng quy tắc kèm nguồn.
front-dashboard = Tình hình dịch
front-dashboard-note = Đường cong, từng huyện, cảnh báo chưa ai nhận. Không có tên ai.
front-lab = Phòng xét nghiệm
front-lab-note = Gửi kết quả, thấy dòng nào sai và vì sao.

## Error page

error-happened = Chuyện gì đã xảy ra
error-safe = Điều gì vẫn an toàn
error-todo = Bạn làm gì tiếp
error-home = Về trang đầu
error-again = Thử lại
error-request = Mã để báo lỗi:
error-not-found-title = Không có trang này
error-not-found-happened = Đường dẫn sai, hoặc trang đã chuyển đi.
error-not-found-safe = Không có gì bị mất.
error-not-found-todo = Kiểm tra lại đường dẫn, hoặc bắt đầu từ trang đầu.
error-forbidden-title = Bạn không được xem trang này
error-forbidden-happened = Tài khoản của bạn không có quyền ở đây.
error-forbidden-safe = Không ai thấy thêm gì, không có gì bị mất.
error-forbidden-todo = Nếu công việc cần, hãy nhờ người quản trị cấp quyền.
error-internal-title = Hệ thống gặp trục trặc
error-internal-happened = Lỗi ở phía chúng tôi, không phải do bạn.
error-internal-safe = Những gì đã báo là lưu xong vẫn còn nguyên.
error-internal-todo = Thử lại sau một phút. Nếu đang cần cấp cứu, hãy gọi 115.
error-busy-title = Hệ thống đang đông
error-busy-happened = Quá nhiều người dùng cùng lúc.
error-busy-safe = Những gì đã báo là lưu xong vẫn còn nguyên. Lần gửi này chưa lưu.
error-busy-todo = Đợi vài giây rồi thử lại. Gửi lại không tạo bản thứ hai.

## Demo outbox

messages-title = Tin nhắn lẽ ra đã gửi
messages-lead = Bản dùng thử giữ mọi SMS, thư, Zalo và thông báo ở đây, không gửi ra ngoài.
messages-to = Số điện thoại, email
messages-channel-sms = SMS
messages-channel-email = Email
messages-channel-zalo = Zalo
messages-channel-push = Thông báo
messages-duty-all_doctors = Tất cả bác sĩ
messages-duty-doctor_on_duty = Bác sĩ trực
messages-duty-doctor = Bác sĩ
messages-duty-ward_station = Trạm y tế
messages-duty-provincial_officer = Cán bộ y tế tỉnh
messages-find = Lọc
messages-empty-title = Chưa có tin nào
messages-empty-text = Hãy trả một kết quả xét nghiệm, tin nhắn cho người dân sẽ hiện ở đây.

## Điều hướng, vai trò

nav-board = Bảng trực
nav-station = Việc hôm nay
nav-hotline = Đường dây tư vấn
nav-shifts = Giao ca
nav-dashboard = Toàn tỉnh
nav-lab = Xét nghiệm
nav-sampling = Lấy mẫu
nav-tubes = Ống mẫu
nav-venue = Địa điểm
nav-waiting = Địa điểm chờ
nav-exposures = Truy vết
nav-untold = Đến báo tin
nav-people = Tìm người
nav-duties = Lịch trực
nav-protocols = Hướng dẫn
nav-operations = Vận hành

role-admin = Quản trị
role-officer = Cán bộ dịch tễ
role-doctor = Bác sĩ
role-nurse = Trạm y tế
role-lab = Phòng xét nghiệm
role-sampler = Đội lấy mẫu
role-gateway = Cổng tin nhắn SMS
role-venue = Địa điểm
role-hotline = Tổng đài 1022

code-sms = An Tâm: mã của bạn là { $code }, dùng trong 10 phút. Không đưa mã này cho bất kỳ ai.

error-safe-none = Chưa có gì bị thay đổi hay mất.
error-safe-server = Những gì đã được báo là đã lưu thì vẫn còn.
error-todo-check = Sửa lại cho đúng rồi thử lại.
error-todo-address = Kiểm tra lại địa chỉ, hoặc bắt đầu từ trang đầu.
error-todo-server = Thử lại sau một phút. Nếu cấp cứu, gọi 115.

## Tìm người

people-title = Tìm người
people-lead = Mỗi lần tìm, mỗi lần xem đều được ghi lại.
people-q = Tên không dấu, số điện thoại, CCCD
people-find = Tìm
people-empty-title = Chưa tìm gì
people-empty-text = Gõ ít nhất 2 chữ: “nguyen thi hoa” tìm được “Nguyễn Thị Hoa”.
people-none-title = Không thấy ai
people-none-text = Thử ít chữ hơn, hoặc tìm bằng số điện thoại.
people-short = Gõ ít nhất 2 chữ hoặc số
people-long = Gõ nhiều nhất 100 chữ, 12 từ
people-name = Họ tên
people-born = Sinh
people-sex = Giới
people-phone = Điện thoại
people-ward = Phường, xã

## Vận hành

operations-title = Vận hành
operations-outbox = Sự kiện đang chờ
operations-letters = Sự kiện bị gác lại
operations-messages = Tin nhắn đang chờ
operations-audit = Dòng nhật ký
operations-letters-title = Sự kiện không xử lý được
operations-letters-none = Không có sự kiện nào bị gác lại
operations-letters-none-text = Mọi sự kiện đều đã được xử lý.
operations-consumer = Nơi nhận
operations-kind = Loại
operations-error = Lý do
operations-when = Lúc
operations-replay = Gửi lại
operations-action = Việc có thể làm
operations-accounts = Tài khoản
operations-username = Tên đăng nhập
operations-name = Người dùng
operations-roles = Vai trò
operations-area = Địa bàn

## The page of a device that has no network

offline-title = Chưa có mạng
offline-safe = Những lượt khai báo trên máy này vẫn còn nguyên và sẽ tự gửi khi có mạng.
offline-todo = Thử lại khi có tín hiệu. Ở cửa, hãy mở trang quét mã hoặc quét mã dán ở cửa: hai trang này dùng được cả khi không có mạng.
offline-pages = Mở được ngay trên máy này
