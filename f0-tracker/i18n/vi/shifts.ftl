## Bàn giao ca trực

shift-title = Bàn giao ca
shift-lead = Người về lập danh sách, người đến nhận từng dòng. Chưa nhận thì dòng đó vẫn thuộc người giao.
shift-taking = Chờ bạn nhận
shift-none-title = Không có gì chờ bạn nhận
shift-none-text = Những gì giao cho bạn, hoặc giao cho người đang trực, nằm ở đây ba ngày.
shift-give = Giao ca của bạn
shift-give-lead = Danh sách tự lập: cảnh báo bạn đang giữ, cuộc gọi bạn đã hẹn, người bệnh của bạn đang nặng lên.
shift-to = Người nhận
shift-anybody = người đang trực
shift-note = Dặn thêm
shift-make = Lập danh sách bàn giao
shift-given = Bạn đã giao
shift-all-accepted = Đã nhận đủ
shift-open = Còn { $count } dòng chưa nhận
shift-empty = Không còn việc nào đang giữ.
shift-line-alert = cảnh báo
shift-line-promise = hẹn gọi lại
shift-line-trend = đang nặng lên
shift-accept = Nhận
shift-accepted-by = { $who } đã nhận
shift-waits = Chưa ai nhận
