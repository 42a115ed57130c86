## The door: the page that the poster's QR opens

checkin-door-title = Khai báo vào
checkin-door-here = Bạn đang ở
checkin-door-name = Họ và tên
checkin-door-phone = Số điện thoại
checkin-door-phone-hint = Để báo cho bạn nếu có người mắc ở đây cùng lúc.
checkin-door-as = Vào với tên
checkin-door-this-phone = Máy này đã khai báo
checkin-door-not-me = Không phải tôi
checkin-door-party = Đi cùng người nhà
checkin-door-party-name = Họ và tên người đi cùng
checkin-door-go = Tôi vào đây
checkin-door-near = Gửi vị trí gần đúng của điện thoại
checkin-door-near-hint = Để cho thấy bạn đang ở đây. Không bắt buộc, không được lưu.
checkin-door-privacy = Chỉ cơ quan y tế xem được lượt này, và chỉ khi có người mắc ở đây.
checkin-door-no-name = Hãy nhập họ và tên
checkin-door-no-phone = Hãy nhập số điện thoại
checkin-door-busy = Hệ thống đang đông, lượt này chưa lưu. Hãy bấm lại sau vài giây.
checkin-door-used = Trang này đã dùng cho một lượt khác. Hãy quét lại mã ở cửa.

## The full screen that is shown at the door

checkin-door-family = Đi cùng hôm nay
checkin-door-family-hint = Danh sách chỉ nằm trên máy này.
checkin-door-family-forget = Xóa danh sách
checkin-door-go-other = Khai cho người này
checkin-door-other = Khai hộ người khác
checkin-door-for-me = Khai cho tôi
checkin-pass-title = Mời vào
checkin-pass-accepted = Mời vào
checkin-pass-refused = Chưa thể vào
checkin-pass-out = Ra về
checkin-pass-done = Xong
checkin-pass-people = { $n } người
checkin-pass-left-title = Đã ra về
checkin-pass-left = Đã ra về
checkin-pass-left-note = Cảm ơn bạn!
checkin-pass-left-before = Lượt này đã ra về trước đó.

## The venue's own page

checkin-venue-title = Địa điểm của tôi
checkin-venue-lead = Đăng ký địa điểm, in mã QR dán cửa, xem bao nhiêu người bên trong.
checkin-venue-empty-title = Chưa có địa điểm nào
checkin-venue-empty-text = Đăng ký ở dưới, mã QR để in sẽ hiện ngay tại đây.
checkin-venue-code = Mã địa điểm
checkin-venue-of = trên
checkin-venue-inside = người bên trong
checkin-venue-as-of = Cập nhật
checkin-venue-poster = Mã QR dán cửa
checkin-venue-poster-hint = Dán ngang tầm mắt, quét được từ hai mét.
checkin-venue-try = Xem trang khai báo
checkin-venue-register = Đăng ký địa điểm
checkin-venue-name = Tên địa điểm
checkin-venue-kind = Loại địa điểm
checkin-venue-choose = Hãy chọn
checkin-venue-address = Địa chỉ
checkin-venue-address-hint = Số nhà và đường, hoặc tổ và ấp.
checkin-venue-ward = Phường, xã
checkin-venue-capacity = Sức chứa
checkin-venue-capacity-hint = Số người tối đa. Bỏ trống nếu không giới hạn.
checkin-venue-phone = Số điện thoại người phụ trách
checkin-venue-hours = Giờ mở cửa
checkin-venue-hours-hint = Ví dụ Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00, hoặc 24/7. Có thể để trống.
checkin-venue-whole = Thuộc địa điểm
checkin-venue-whole-hint = Cho một sảnh, một tầng, một bàn hay một chuyến xe: ai ở phần này cũng tính là ở nơi lớn hơn.
checkin-venue-whole-none = Không thuộc nơi nào
checkin-venue-within = Thuộc
checkin-venue-phone-hint = Cơ quan y tế gọi số này khi có người mắc. Không hiện cho khách.
checkin-venue-submit = Đăng ký và lấy mã QR
checkin-change-title = Sửa thông tin
checkin-change-lead = Mã QR dán cửa không đổi, không cần in lại trừ khi tên hay địa chỉ thay đổi.
checkin-change-submit = Lưu
checkin-change-back = Quay lại

## The officer's pages

checkin-exposures-title = Truy vết
checkin-exposures-lead = Ca mắc gần đây, ai đã ở cùng chỗ, ai đã được báo tin.
checkin-exposures-empty-title = Chưa có ca nào trong địa bàn
checkin-exposures-empty-text = Khi một ca mở, những người ở cùng chỗ sẽ hiện ở đây trong vài giây.
checkin-born = sinh
checkin-exposures-case = Ca mắc
checkin-exposures-opened = Mở lúc
checkin-exposures-people = Người tiếp xúc
checkin-exposures-close = Tiếp xúc gần
checkin-exposures-places = Địa điểm
checkin-cluster-print = In
checkin-cluster-voided = Ca này đã hủy: không phải ca mắc.
checkin-cluster-window = Khoảng thời gian có thể lây
checkin-cluster-venues = Nơi đã đến
checkin-cluster-no-venues = Không có lượt khai báo nào trong khoảng thời gian này.
checkin-cluster-contacts = Ai đã ở đó
checkin-cluster-empty-title = Không tìm thấy ai
checkin-cluster-empty-text = Không có lượt khai báo nào của người khác ở những nơi này.
checkin-cluster-person = Họ tên
checkin-cluster-phone = Điện thoại
checkin-cluster-level = Mức
checkin-cluster-minutes = Phút chung
checkin-cluster-place = Nơi, ngày
checkin-cluster-told = Đã báo tin
checkin-cluster-not-told = Chưa báo
checkin-cluster-assumed = ước tính
checkin-cluster-left-assumed = giờ ra ước tính
checkin-cluster-household = cùng nhà
checkin-channel-sms = qua tin nhắn
checkin-channel-email = qua thư điện tử
checkin-channel-zalo = qua Zalo
checkin-channel-push = qua thông báo đẩy
checkin-channel-in_person = gặp trực tiếp
checkin-channel-call = gọi điện
checkin-tell-in-person = Đã gặp báo tin
checkin-tell-call = Đã gọi báo tin
checkin-cluster-filter = Lọc người tiếp xúc
checkin-cluster-all = Tất cả
checkin-cluster-untold = Chưa báo tin
checkin-untold-title = Cần đến báo tin
checkin-untold-lead = Những người tiếp xúc trong địa bàn mà tin nhắn không đến được, trong 14 ngày qua. Hãy đến nhà hoặc gọi điện, rồi ghi lại ở đây. Ai đã được báo mà tin không còn đúng cũng có trong danh sách.
checkin-untold-empty-title = Không còn ai phải báo tin
checkin-untold-empty-text = Ai không có số di động, hoặc không nhận được tin nhắn, sẽ hiện ở đây.
checkin-untold-more = Hiện { $shown } trong { $total } người
checkin-untold-since = Phát hiện
checkin-untold-taken_back = đã rút lại
checkin-untold-taken_back-say = Báo lại cho họ: tin đã báo trước đây không còn đúng, họ có thể sinh hoạt bình thường.
checkin-untold-taken_back-since = Rút lại
checkin-untold-no_mobile = không có số di động
checkin-untold-failed = tin nhắn không gửi được
checkin-mark-old_code = mã cũ
checkin-mark-closed = ngoài giờ mở cửa
checkin-mark-far_apart = vừa ở nơi xa
checkin-mark-clock = đồng hồ máy sai
checkin-mark-printed_code = mã giấy, không phải mã trên màn hình
checkin-mark-stale_code = mã màn hình đã cũ
checkin-mark-far_away = điện thoại ở xa
checkin-clock-both = Máy báo { $device } · đúng là { $right } · nhận lúc { $received }
checkin-level-close = Gần
checkin-level-brief = Thoáng qua
checkin-level-same_place = Cùng nơi

## Who is really there

checkin-presence-title = Xác nhận có mặt
checkin-presence-lead = Ảnh chụp mã ở cửa có thể bị dùng từ nhà. Hai cách sau đánh dấu những lượt vào như vậy; không ai bị từ chối.
checkin-presence-screen = Màn hình có mã tự đổi
checkin-presence-screen-hint = Mã trên màn hình đổi mỗi 30 giây. Lượt vào bằng mã giấy hoặc bằng mã đã cũ sẽ được đánh dấu.
checkin-presence-position = Vị trí của cửa
checkin-presence-position-hint = Vĩ độ, kinh độ, ví dụ 10.36, 106.36. Khách có thể gửi vị trí gần đúng của điện thoại; vị trí đó không được lưu. Để trống thì không hỏi.
checkin-presence-here = Lấy vị trí của máy này
checkin-presence-save = Lưu
checkin-presence-open = Mở màn hình
checkin-presence-marked = Lượt vào bị đánh dấu hôm nay
checkin-presence-none = Chưa có lượt nào.
checkin-presence-marked-hint = Cán bộ dịch tễ thấy các dấu này khi xét một lần tiếp xúc. Nhiều lượt dùng mã cũ là dấu hiệu mã đã bị chụp lại.
checkin-screen-title = Màn hình ở cửa
checkin-screen-call = Quét mã để vào
checkin-screen-code = Mã QR của cửa này, đổi mỗi 30 giây
checkin-screen-left = Thời gian còn lại của mã này
checkin-screen-note = Mã này tự đổi. Hãy quét ngay tại cửa.
checkin-screen-fault = Mất kết nối. Hãy quét mã giấy ở cửa.

## Registering as an owner, confirming, staff

checkin-register-title = Đăng ký địa điểm
checkin-register-lead = Năm phút là có mã QR dán cửa. Số di động của chủ địa điểm sẽ nhận một mã xác nhận.
checkin-register-owner = Họ tên chủ địa điểm
checkin-register-password = Mật khẩu
checkin-register-password-hint = Từ 10 ký tự. Sau này đăng nhập bằng số điện thoại và mật khẩu này.
checkin-register-submit = Nhận mã xác nhận
checkin-register-too-many = Số này đã nhận quá nhiều mã trong một giờ. Hãy thử lại sau, hoặc đến trạm y tế.
checkin-register-has-account = Đã có tài khoản?
checkin-register-sign-in = Đăng nhập
checkin-confirm-title = Nhập mã xác nhận
checkin-confirm-lead = Chúng tôi vừa gửi một tin nhắn có mã 6 chữ số đến số của bạn. Mã dùng được trong 10 phút.
checkin-confirm-code = Mã 6 chữ số
checkin-confirm-submit = Xác nhận
checkin-confirm-wrong = Mã không đúng hoặc đã quá hạn.
checkin-confirm-has-account = Số này đã có tài khoản. Hãy đăng nhập bằng số điện thoại, rồi đăng ký địa điểm ở đó.
checkin-confirm-no-code = Không nhận được mã?
checkin-confirm-station = Trong ba ngày, hãy đến trạm y tế nơi có địa điểm; nhân viên sẽ xác nhận giúp bạn.
checkin-confirm-again = Đăng ký lại để nhận mã mới
checkin-waiting-title = Địa điểm chờ xác nhận
checkin-waiting-lead = Chủ địa điểm không nhận được mã. Chỉ xác nhận khi bạn biết rõ đó là chủ địa điểm.
checkin-waiting-empty = Không có địa điểm nào chờ
checkin-waiting-confirm = Xác nhận
checkin-staff-title = Nhân viên
checkin-staff-invite = Mời một nhân viên
checkin-staff-remove = Bỏ
checkin-staff-link = Lời mời
checkin-staff-link-hint = Gửi đường dẫn này cho một người. Chỉ dùng được một lần, trong 7 ngày.
checkin-join-title = Làm nhân viên của địa điểm
checkin-join-known = Tài khoản đang đăng nhập của bạn sẽ là nhân viên của địa điểm này.
checkin-join-name = Họ tên
checkin-join-username = Tên đăng nhập
checkin-join-username-hint = Chữ thường không dấu, chữ số, dấu chấm, gạch.
checkin-join-submit = Nhận lời
checkin-sign-title = Bảng báo đầy
checkin-sign-full = Đã đủ người. Xin chờ một lát.
checkin-sign-whole = { $whole } đã đủ người
checkin-sign-welcome = Mời vào
checkin-venue-stickers = Nhãn dán
checkin-venue-copied = Mã bị sao chép?
checkin-venue-copied-hint = Lấy mã mới và dán lại. Mã cũ vẫn dùng được, nhưng các lượt vào bằng mã cũ sẽ bị đánh dấu.
checkin-venue-reprint = Lấy mã mới

## Inside already, or no signal

checkin-inside-show = Xem lại màn hình
checkin-inside-out = Ra về
checkin-door-offline = Địa điểm có mã
checkin-door-offline-note = Chưa có mạng nên chưa biết tên. Lượt này sẽ tự gửi khi có tín hiệu.

## The scanners

scan-title = Quét mã khách
scan-hint = Đưa mã của khách vào khung. Quét xong tự sẵn sàng cho người sau.
scan-kiosk-title = Mời quét mã
scan-kiosk-hint = Hãy đưa mã cá nhân hoặc thẻ căn cước vào khung.
scan-poster-title = Quét mã ở cửa
scan-poster-hint = Đưa mã dán ở cửa vào khung.
scan-leave = Thoát
scan-way-out = Lối ra
scan-outward = Quét mã của khách ra về. Lượt vào của họ ở đây kết thúc.
scan-light = Đèn
scan-full-screen = Toàn màn hình
scan-type = Nhập tên
scan-no-script = Máy quét cần JavaScript. Hãy bật trong cài đặt trình duyệt.
scan-sign-in = Phiên làm việc đã hết. Các lượt quét vẫn giữ trên máy.
scan-paper-title = Khách không có mã
scan-paper-hint = Nhập họ tên và số điện thoại khách nói hoặc ghi trên giấy.
scan-paper-go = Ghi lượt vào
scan-refused-title = Lượt không được nhận
scan-refused-hint = Hệ thống đã từ chối những lượt này. Hãy ghi lại họ tên và số điện thoại nếu khách còn ở đây.
scan-refused-later = Để sau
scan-refused-done = Đã xem, xóa khỏi máy
checkin-venue-scan = Quét mã khách
checkin-venue-kiosk = Máy tự quét

checkin-alert-title = Báo cho mọi người có mặt ở các nơi đã chọn
checkin-alert-lead = Ai có mặt trong khoảng giờ này đều nhận một tin, dù có gặp ca bệnh hay không. Người đã được báo về ca này không nhận lần nữa. Tin không nêu tên ai, không nêu nơi nào.
checkin-alert-from = Từ
checkin-alert-to = Đến
checkin-alert-reason = Lý do
checkin-alert-reason-hint = Được lưu cùng tên bạn và hiện trên trang này.
checkin-alert-preview = Đếm số người
checkin-alert-again = Đếm lại
checkin-alert-count = { $n ->
    [0] Không có thêm ai để báo.
   *[other] { $n } người sẽ nhận tin.
}
checkin-alert-go = Gửi tin
checkin-alert-no-venue = Hãy chọn ít nhất một nơi
checkin-alert-decisions = Các lần báo cho mọi người có mặt
checkin-alert-who = Ai đã được báo
checkin-alert-told = Đã báo { $n } người

## Many venues at once

checkin-import-title = Nhập địa điểm từ tệp
checkin-import-lead = Một tệp CSV hoặc XLSX, mỗi dòng một địa điểm. Dòng đúng được lưu, dòng sai được chỉ rõ lý do. Gửi lại cùng tệp không tạo thêm địa điểm.
checkin-import-file = Tệp địa điểm
checkin-import-choose = Chọn tệp
checkin-import-none = Chưa chọn tệp nào
checkin-import-hint = Cần các cột: tên, loại, địa chỉ, mã xã phường, điện thoại. Có thể thêm: sức chứa, thuộc địa điểm, giờ mở cửa.
checkin-import-go = Nhập
checkin-import-try = Chỉ kiểm tra
checkin-import-done = Đã nhập xong
checkin-import-tried = Kết quả kiểm tra, chưa lưu gì
checkin-import-accepted = Đã đăng ký
checkin-import-duplicate = Đã có
checkin-import-amended = Đã sửa
checkin-import-rejected = Không nhận
checkin-import-ref = Mã số, STT
checkin-import-row = Dòng
checkin-import-reason = Lý do
checkin-bulk-title = In áp phích của tất cả địa điểm
checkin-bulk-lead = Một tệp PDF, mỗi địa điểm một trang.
checkin-bulk-size = Khổ giấy
checkin-bulk-lang = Ngôn ngữ
checkin-bulk-go = Tạo tệp PDF
checkin-bulk-wait = Đang vẽ. Trang này tự cập nhật.
checkin-bulk-open = Mở tệp PDF
checkin-bulk-failed = Không tạo được tệp. Hãy thử lại.
checkin-confirm-resend = Gửi lại mã
checkin-confirm-resent = Đã gửi một mã mới. Mã cũ vẫn dùng được đến khi hết hạn.
