## Giấy tờ tự xác minh

paper-check-title = Kiểm tra giấy xác nhận
paper-valid = Giấy thật, còn hiệu lực
paper-valid-note = Chữ ký điện tử đúng và trạm y tế chưa thu hồi giấy này. Hãy so tên trên giấy với người cầm giấy.
paper-expired = Giấy thật, đã hết hạn
paper-expired-note = Chữ ký điện tử đúng, nhưng thời hạn trên giấy đã qua.
paper-revoked = Giấy đã bị thu hồi
paper-revoked-note = Chữ ký điện tử đúng, nhưng giấy này không còn hiệu lực.
paper-forged = Giấy không thật
paper-forged-note = Nội dung mã không do trạm y tế ký, hoặc đã bị sửa. Đừng chấp nhận giấy này.
paper-unreadable = Không đọc được mã
paper-unreadable-note = Mã bị thiếu hoặc bị cắt. Hãy quét lại, giữ máy thẳng và đủ sáng.
paper-kind-completion = Giấy xác nhận hoàn thành cách ly
paper-kind-isolation_order = Quyết định cách ly y tế tại nhà
paper-name = Họ và tên
paper-birth = Ngày (năm) sinh
paper-from = Cách ly từ ngày
paper-to = Đến hết ngày
paper-ward = Trạm y tế
paper-number = Số
paper-issued = Ngày cấp
paper-privacy = Những điều trên nằm sẵn trong mã của giấy; trang này chỉ kiểm tra chữ ký và việc thu hồi.
paper-own-title = Giấy tờ của bạn
paper-own-none = Chưa có giấy nào. Giấy xác nhận có ngay khi trạm y tế kết thúc cách ly cho bạn.
paper-download = Mở giấy (PDF)
