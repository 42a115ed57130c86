# Tin nhắn cho người dân và người trực. Giá trị của mỗi tin là bản ngắn (SMS, Zalo, thông báo đẩy); .subject và .body là thư.
# Không bao giờ viết chẩn đoán: điện thoại có khi cả nhà dùng chung, màn hình khóa ai cũng đọc được.

result-ready = { $change ->
        [corrected] An Tâm: kết quả xét nghiệm của bạn đã được sửa. Xem bản mới: { $link }
        [withdrawn] An Tâm: kết quả xét nghiệm đã báo cho bạn không còn hiệu lực. Xem tại: { $link }
       *[new] An Tâm: bạn đã có kết quả xét nghiệm. Xem tại: { $link }
    }
    .subject = { $change ->
        [corrected] Kết quả xét nghiệm của bạn đã được sửa
        [withdrawn] Kết quả xét nghiệm không còn hiệu lực
       *[new] Bạn đã có kết quả xét nghiệm
    }
    .body =
        Chào bạn,

        { $change ->
            [corrected] Phòng xét nghiệm đã sửa kết quả của bạn. Hãy xem bản mới và bỏ bản cũ:
            [withdrawn] Phòng xét nghiệm đã rút kết quả đã báo cho bạn. Kết quả đó không còn hiệu lực. Xem tại:
           *[new] Phòng xét nghiệm đã trả kết quả của bạn. Xem tại:
        }
        { $link }

        Nếu cần giúp, hãy gọi trạm y tế nơi bạn ở.

        An Tâm

exposure-found = { $level ->
        [household] An Tâm: một người sống cùng nhà với bạn có thể lây bệnh. Cả nhà hãy hạn chế gặp người khác và theo dõi sức khỏe. Cần hỏi thêm: { $link }
        [close] An Tâm: ngày { $day } bạn đã ở gần một người có thể lây bệnh, trong thời gian dài. Hãy hạn chế gặp người khác. Cần hỏi thêm: { $link }
        [brief] An Tâm: ngày { $day } bạn đã ở gần một người có thể lây bệnh, trong thời gian ngắn. Hãy theo dõi sức khỏe. Cần hỏi thêm: { $link }
       *[same_place] An Tâm: ngày { $day } bạn đến nơi mà một người có thể lây bệnh cũng đến, không cùng lúc. Hãy theo dõi sức khỏe. Cần hỏi thêm: { $link }
    }
    .subject = Thông báo về sức khỏe của bạn, ngày { $day }
    .body =
        Chào bạn,

        { $level ->
            [household] Một người sống cùng nhà với bạn có thể lây bệnh. Cả nhà hãy hạn chế gặp người khác và theo dõi sức khỏe.
            [close] Ngày { $day } bạn đã ở gần một người có thể lây bệnh, trong thời gian dài. Hãy hạn chế gặp người khác và theo dõi sức khỏe.
            [brief] Ngày { $day } bạn đã ở gần một người có thể lây bệnh, trong thời gian ngắn. Hãy theo dõi sức khỏe.
           *[same_place] Ngày { $day } bạn đã đến nơi mà một người có thể lây bệnh cũng đến, không cùng lúc với bạn. Hãy theo dõi sức khỏe.
        }

        Trạm y tế nơi bạn ở sẽ giúp bạn. Thấy không khỏe, hãy gọi trạm y tế ngay. Xem bạn cần làm gì:
        { $link }

        Để giữ kín cho mọi người, thư này không nêu tên ai và không nêu nơi nào.

        An Tâm

exposure-withdrawn =
    An Tâm: thông báo trước đây về việc bạn đã ở nơi có người có thể lây bệnh không còn đúng. Bạn có thể sinh hoạt bình thường. Cần hỏi thêm: { $link }
    .subject = Thông báo về sức khỏe trước đây không còn đúng
    .body =
        Chào bạn,

        Thông báo trước đây về việc bạn đã ở nơi có một người có thể lây bệnh không còn đúng. Bạn có thể sinh hoạt bình thường.

        Cần hỏi thêm, hãy gọi trạm y tế nơi bạn ở hoặc xem:
        { $link }

        An Tâm

venue-alert =
    An Tâm: ngày { $day } bạn có mặt ở nơi mà một người có thể lây bệnh đã đến. Hãy theo dõi sức khỏe. Cần hỏi thêm: { $link }
    .subject = Thông báo về sức khỏe của bạn, ngày { $day }
    .body =
        Chào bạn,

        Ngày { $day } bạn có mặt ở nơi mà một người có thể lây bệnh đã đến. Mọi người có mặt đều được báo. Hãy theo dõi sức khỏe.

        Thấy không khỏe, hãy gọi trạm y tế nơi bạn ở. Xem bạn cần làm gì:
        { $link }

        Để giữ kín cho mọi người, thư này không nêu tên ai và không nêu nơi nào.

        An Tâm

case-opened =
    An Tâm: trạm y tế theo dõi sức khỏe của bạn tại nhà. Nguy cấp, hãy gọi 115. Mỗi ngày hãy báo sức khỏe hai lần, sáng và chiều, tại: { $link }
    .subject = Báo sức khỏe mỗi ngày cho trạm y tế
    .body =
        Chào bạn,

        Trạm y tế theo dõi sức khỏe của bạn tại nhà. Mỗi ngày hãy báo sức khỏe hai lần, sáng và chiều, tại:
        { $link }

        Người nhà có thể báo thay bạn. Nguy cấp, hãy gọi 115.

        An Tâm

alert-on-call = An Tâm: { $level ->
        [emergency] Cảnh báo cấp cứu, cần xử trí ngay.
        [urgent] Cảnh báo khẩn, cần gọi trong vòng một giờ.
       *[watch] Cảnh báo theo dõi, cần gọi trong ngày.
    } Mở bảng trực: { $link }
    .subject = { $level ->
        [emergency] Cảnh báo cấp cứu
        [urgent] Cảnh báo khẩn
       *[watch] Cảnh báo theo dõi
    }
    .body =
        { $level ->
            [emergency] Có một cảnh báo cấp cứu, cần xử trí ngay.
            [urgent] Có một cảnh báo khẩn, cần gọi trong vòng một giờ.
           *[watch] Có một cảnh báo theo dõi, cần gọi trong ngày.
        } Mở bảng trực để nhận:
        { $link }

        An Tâm

alert-escalated = An Tâm: { $level ->
        [emergency] Cảnh báo cấp cứu
        [urgent] Cảnh báo khẩn
       *[watch] Cảnh báo theo dõi
    } chưa ai nhận, nay chuyển đến bạn. Mở bảng trực: { $link }
    .subject = { $level ->
        [emergency] Cảnh báo cấp cứu chưa ai nhận
        [urgent] Cảnh báo khẩn chưa ai nhận
       *[watch] Cảnh báo theo dõi chưa ai nhận
    }
    .body =
        { $level ->
            [emergency] Một cảnh báo cấp cứu
            [urgent] Một cảnh báo khẩn
           *[watch] Một cảnh báo theo dõi
        } chưa ai nhận, nay chuyển đến bạn. Mở bảng trực để nhận:
        { $link }

        An Tâm

paper-issued =
    An Tâm: giấy xác nhận của bạn đã có. Xem và tải về tại: { $link }
    .subject = Giấy xác nhận của bạn đã có
    .body =
        Chào bạn,

        Giấy xác nhận của bạn đã có. Xem và tải về tại:
        { $link }

        Mã QR trên giấy cho biết giấy là thật và còn hiệu lực.

        An Tâm

one-time-code = An Tâm: mã của bạn là { $code }, dùng trong { $minutes } phút. Không đưa mã này cho bất kỳ ai.
    .subject = Mã dùng một lần của bạn
    .body =
        Chào bạn,

        Mã của bạn là { $code }, dùng trong { $minutes } phút. Không đưa mã này cho bất kỳ ai.

        Nếu bạn không xin mã, hãy bỏ qua thư này.

        An Tâm
