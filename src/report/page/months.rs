//! How many end in each month, as bars.

use serde::Serialize;

use super::tone::Tone;
use crate::authority::status::Status;

/// Later months share the last bar.
const MONTHS: i32 = 36;

// In CSS pixels.
const WIDTH: i32 = 1036;
const TALLEST: u64 = 120;
const BASE: i32 = 150;
const HEIGHT: i32 = 190;

const NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[derive(Serialize)]
pub(super) struct Drawing {
    width: i32,
    height: i32,
    base: i32,
    description: String,
    bars: Vec<Bar>,
    labels: Vec<Label>,
}

#[derive(Serialize)]
struct Bar {
    tone: Tone,
    tip: String,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    middle: i32,
    number: u64,
}

#[derive(Serialize)]
struct Label {
    style: &'static str,
    x: i32,
    y: i32,
    text: String,
}

/// A place on the axis: what has ended, the months from now on, what ends later.
struct Slot {
    tone: Tone,
    short: &'static str,
    long: String,
    /// The month, from 0; none for what is no month.
    month: Option<i32>,
    /// Written below January and the first month.
    year: Option<i32>,
    count: u64,
}

pub(super) fn drawing(status: &Status) -> Drawing {
    let (year, month) = (status.at.year(), i32::from(u8::from(status.at.month())));
    let number = |year: i32, month: i32| year * 12 + month - 1;
    let first = number(year, month);
    let last_ending = status
        .months
        .iter()
        .map(|one| number(one.year, i32::from(one.month)))
        .max()
        .unwrap_or(first);
    // At least a year, so that a small PKI's chart looks like one.
    let months = (last_ending - first + 1).clamp(12, MONTHS);
    let mut slots: Vec<Slot> = (first..first + months)
        .map(|at| {
            let (year, month) = (at.div_euclid(12), at.rem_euclid(12));
            let name = usize::try_from(month)
                .ok()
                .and_then(|month| NAMES.get(month));
            let name = name.copied().unwrap_or_default();
            Slot {
                tone: Tone::Ok,
                short: name,
                long: format!("in {name} {year}"),
                month: Some(month),
                year: (month == 0 || at == first).then_some(year),
                count: 0,
            }
        })
        .collect();
    let bare = |tone, short, long: &str| Slot {
        tone,
        short,
        long: long.to_owned(),
        month: None,
        year: None,
        count: 0,
    };
    let mut later = bare(Tone::Ok, "later", "later");
    for one in &status.months {
        let at = number(one.year, i32::from(one.month)) - first;
        let slot = usize::try_from(at).ok().map(|at| slots.get_mut(at));
        match slot {
            Some(Some(slot)) => slot.count += one.certificates,
            Some(None) => later.count += one.certificates,
            None => {}
        }
    }
    let mut expired = bare(Tone::Bad, "past", "expired");
    expired.count = status.census.expired;
    // What has ended this month already is told there.
    if let Some(current) = slots.first_mut() {
        let before: u64 = status
            .months
            .iter()
            .filter(|one| number(one.year, i32::from(one.month)) < first)
            .map(|one| one.certificates)
            .sum();
        let this_month = status.census.expired.saturating_sub(before);
        current.count = current.count.saturating_sub(this_month);
    }
    // A gap sets apart what is no month.
    if expired.count > 0 {
        slots.splice(0..0, [expired, bare(Tone::Off, "", "")]);
    }
    if later.count > 0 {
        slots.extend([bare(Tone::Off, "", ""), later]);
    }
    draw(&slots)
}

fn draw(slots: &[Slot]) -> Drawing {
    let tallest = slots.iter().map(|slot| slot.count).max().unwrap_or(0);
    let count = i32::try_from(slots.len()).unwrap_or(1).max(1);
    let step = WIDTH / count;
    // Where there is little room the quarters are named, and the first month if it is not beside one.
    let is_narrow = step < 30;
    let mut drawing = Drawing {
        width: WIDTH,
        height: HEIGHT,
        base: BASE,
        description: String::new(),
        bars: Vec::new(),
        labels: Vec::new(),
    };
    let mut said = Vec::new();
    for (position, slot) in slots.iter().enumerate() {
        let x = step * i32::try_from(position).unwrap_or(0);
        let middle = x + step / 2;
        let mut label = |y, text: String| {
            drawing.labels.push(Label {
                style: "middle",
                x: middle,
                y,
                text,
            });
        };
        let is_named = match slot.month {
            Some(month) if is_narrow && slot.year.is_some() => month != 11,
            Some(month) if is_narrow => month % 3 == 0,
            _ => true,
        };
        if is_named {
            label(BASE + 17, slot.short.to_owned());
            if let Some(year) = slot.year {
                label(BASE + 33, year.to_string());
            }
        }
        if slot.count == 0 {
            continue;
        }
        // A single certificate among thousands is still seen.
        let height = (slot.count * TALLEST).div_ceil(tallest.max(1)).max(2);
        let height = i32::try_from(height).unwrap_or(BASE);
        said.push(format!("{} {}", slot.count, slot.long));
        drawing.bars.push(Bar {
            tone: slot.tone,
            tip: format!("{} {}", slot.count, slot.long),
            x: x + step / 8,
            y: BASE - height,
            width: (step - step / 4).max(2),
            height,
            middle,
            number: slot.count,
        });
    }
    drawing.description = format!("Ends by month: {}", said.join(", "));
    drawing
}
