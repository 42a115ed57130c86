//! The words that venues' names are put together from.

/// What cafés, hotels and karaoke bars are called.
pub(super) const CAFES: &[&str] = &[
    "Hương Quê",
    "Gió Chiều",
    "Sông Tiền",
    "Vườn Xưa",
    "Bến Xưa",
    "Phố Nhỏ",
    "Cây Sung",
    "Trúc Mai",
    "Hoàng Yến",
    "Bằng Lăng",
    "Mộc Miên",
    "Thiên Thanh",
    "Sao Đêm",
    "Hoa Nắng",
    "Mây Trắng",
    "Lá Dừa",
    "Cỏ Xanh",
    "Miệt Vườn",
    "Góc Quê",
    "Cù Lao",
    "Hương Tràm",
    "Bông Sen",
    "Ba Khía",
    "Xóm Chài",
    "Thủy Tiên",
    "Ngọc Lan",
    "Hạ Vàng",
    "Nắng Sớm",
];
/// Whom eateries and shops are called after.
pub(super) const COOKS: &[&str] = &[
    "Cô Ba",
    "Dì Tư",
    "Chú Năm",
    "Cô Sáu",
    "Bà Bảy",
    "Dì Út",
    "Chị Hai",
    "Anh Tám",
    "Cô Chín",
    "Thím Mười",
    "Hồng Phát",
    "Tuyết Ngân",
    "Thanh Hương",
    "Kim Loan",
    "Hải Yến",
    "Minh Tâm",
    "Phước Lộc",
    "Ngọc Thủy",
    "Bé Hai",
    "Út Lan",
];
/// What eateries serve.
pub(super) const DISHES: &[&str] = &[
    "Hủ tiếu Mỹ Tho",
    "Quán cơm tấm",
    "Bún nước lèo",
    "Bánh canh",
    "Cháo lòng",
    "Bánh xèo",
    "Quán ăn gia đình",
    "Phở bò",
    "Bún bò Huế",
    "Lẩu mắm",
    "Cơm phần",
    "Bún thịt nướng",
    "Bánh mì",
    "Quán chay",
    "Lẩu cá kèo",
];
/// Names of restaurants for weddings.
pub(super) const FEASTS: &[&str] =
    &["Kim Tiền", "Hoàng Gia", "Ngọc Điệp", "Làng Việt", "Trúc Xanh", "Thanh Tùng", "Hướng Dương", "Sông Trà"];
/// Names of pharmacies and clinics.
pub(super) const REMEDIES: &[&str] = &[
    "Minh Châu",
    "An Bình",
    "Phước Thiện",
    "Hồng Đức",
    "Bảo Tâm",
    "Thiên Phúc",
    "Thanh Bình",
    "Ngọc Hân",
    "Kim Ngân",
    "Đức Tín",
    "Gia Khang",
    "Hoàng Oanh",
    "Minh Đức",
    "Hạnh Phúc",
    "Phương Thảo",
    "Tâm An",
];
/// Whom schools are called after.
pub(super) const HEROES: &[&str] = &[
    "Xuân Diệu",
    "Học Lạc",
    "Thủ Khoa Huân",
    "Nguyễn Trãi",
    "Lê Ngọc Hân",
    "Âu Dương Lân",
    "Đinh Bộ Lĩnh",
    "Trương Định",
    "Lý Thường Kiệt",
    "Phan Văn Trị",
    "Nguyễn Huệ",
    "Võ Thị Sáu",
    "Trần Quốc Toản",
    "Nguyễn Đình Chiểu",
    "Lê Quý Đôn",
    "Phan Bội Châu",
    "Trưng Vương",
];
/// Names of nursery schools.
pub(super) const NURSERIES: &[&str] =
    &["Hoa Sen", "Sao Mai", "Tuổi Thơ", "Hướng Dương", "Măng Non", "Họa Mi", "Tuổi Ngọc", "Vành Khuyên", "Bông Hồng"];
/// Names of firms.
pub(super) const FIRMS: &[&str] = &[
    "Phú Thịnh",
    "Đại Lộc",
    "Hưng Phát",
    "Tiến Thành",
    "Toàn Thắng",
    "Hòa Hưng",
    "Tân Thành Đạt",
    "Minh Quang",
    "Việt Hương",
    "Nam Phát",
    "Thuận An",
    "Vạn Lợi",
    "Đồng Tâm Phát",
    "Thành Công",
];
/// What factories make.
pub(super) const TRADES: &[&str] = &[
    "Công ty may",
    "Công ty TNHH thủy sản",
    "Xí nghiệp chế biến trái cây",
    "Công ty bao bì",
    "Công ty giày da",
    "Nhà máy xay xát",
    "Cơ sở nước mắm",
];
/// What shops sell.
pub(super) const SHOPS: &[&str] = &[
    "Tạp hóa",
    "Tạp hóa",
    "Cửa hàng điện thoại",
    "Vật liệu xây dựng",
    "Tiệm vàng",
    "Tiệm uốn tóc",
    "Cửa hàng xe máy",
    "Nhà sách",
    "Shop quần áo",
    "Vật tư nông nghiệp",
    "Cửa hàng trái cây",
    "Tiệm bánh kem",
];
/// Names of pagodas.
pub(super) const PAGODAS: &[&str] = &[
    "Linh Phước",
    "Phước Hưng",
    "Long Thiền",
    "Bửu Long",
    "Thiên Phước",
    "Hội Linh",
    "Pháp Bảo",
    "Kim Liên",
    "Phổ Đức",
    "Linh Sơn",
    "Phước Long",
    "Tịnh Nghiêm",
];
