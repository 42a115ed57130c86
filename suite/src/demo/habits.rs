//! When people go to places of each kind, for how long, and at what age.

use shared::place::PlaceKind::{self, *};

/// How a kind of place is visited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    /// Hours of the day at which people come, from and until.
    pub(super) hours: &'static [(i64, i64)],
    /// How many minutes they stay, at least and at most.
    pub(super) stay: (i64, i64),
    /// Ages that go there by themselves or are brought along.
    pub(super) ages: (i64, i64),
    /// Closed on Sundays.
    pub(super) weekdays: bool,
}

impl Habit {
    /// How places of that kind are visited.
    pub(super) const fn of(kind: PlaceKind) -> Self {
        let (hours, stay, ages, weekdays): (&'static [(i64, i64)], _, _, _) = match kind {
            Market => (&[(5, 9), (5, 8), (15, 18)], (12, 50), (12, 85), false),
            Cafe => (&[(6, 9), (6, 10), (15, 21)], (25, 95), (16, 80), false),
            Restaurant => (&[(6, 8), (11, 13), (17, 20)], (20, 75), (4, 85), false),
            School => (&[(6, 7), (12, 13)], (230, 275), (5, 60), true),
            Factory => (&[(6, 8)], (500, 610), (18, 58), true),
            Office => (&[(7, 8), (13, 14)], (180, 260), (20, 62), true),
            Government => (&[(7, 10), (13, 16)], (15, 60), (18, 80), true),
            Supermarket => (&[(8, 11), (16, 20)], (15, 60), (8, 75), false),
            Shop => (&[(7, 11), (14, 20)], (4, 25), (10, 85), false),
            Pharmacy => (&[(7, 11), (14, 20)], (4, 12), (16, 85), false),
            Hotel => (&[(14, 20)], (600, 840), (20, 70), false),
            Worship => (&[(5, 9), (18, 19)], (30, 90), (6, 88), false),
            Sports => (&[(5, 7), (16, 19)], (50, 110), (10, 65), false),
            Entertainment => (&[(18, 21)], (70, 150), (14, 55), false),
            Transport => (&[(5, 9), (14, 17)], (12, 50), (6, 80), false),
            Hospital => (&[(7, 10), (13, 15)], (40, 150), (0, 90), false),
            _ => (&[(8, 17)], (10, 60), (14, 80), false),
        };
        Self { hours, stay, ages, weekdays }
    }

    /// Somebody of that age goes there.
    pub(super) fn suits(self, age: i64) -> bool {
        (self.ages.0..=self.ages.1).contains(&age)
    }
}
