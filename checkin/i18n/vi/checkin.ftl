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
checkin-door-privacy = Chỉ cơ quan y tế xem được lượt này, và chỉ khi có người mắc ở đây.
checkin-door-no-name = Hãy nhập họ và tên
checkin-door-no-phone = Hãy nhập số điện thoại
checkin-door-busy = Hệ thống đang đông, lượt này chưa lưu. Hãy bấm lại sau vài giây.
checkin-door-used = Trang này đã dùng cho một lượt khác. Hãy quét lại mã ở cửa.

## The full screen that is shown at the door

checkin-pass-title = Mời vào
checkin-pass-accepted = Mời vào
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
checkin-venue-phone-hint = Cơ quan y tế gọi số này khi có người mắc. Không hiện cho khách.
checkin-venue-submit = Đăng ký và lấy mã QR

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
checkin-level-close = Gần
checkin-level-brief = Thoáng qua
checkin-level-same_place = Cùng nơi
