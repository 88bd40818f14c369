//! One order, always sent whole.

use crate::json::{Cursor, Text};
use crate::problem::{Fault, InField, Reason};

type Read<T> = Result<T, Fault>;

/// A bet as the exchange has it. Times are milliseconds since the epoch, sizes GBP, prices decimal odds; text the feed
/// left out is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    /// Id of the bet.
    pub id: Box<str>,
    /// Price asked for.
    pub price: f64,
    /// Size asked for.
    pub size: f64,
    /// Liability of a starting price bet.
    pub bsp_liability: Option<f64>,
    /// `B` or `L`.
    pub side: Box<str>,
    /// `E` executable, `EC` execution complete.
    pub status: Box<str>,
    /// `L` lapse, `P` persist, `MOC` market on close.
    pub persistence_type: Box<str>,
    /// `L` limit, `LOC` limit on close, `MOC` market on close.
    pub order_type: Box<str>,
    /// When it was placed.
    pub placed: Option<i64>,
    /// When it was last matched.
    pub matched: Option<i64>,
    /// When it was cancelled.
    pub cancelled: Option<i64>,
    /// When it lapsed.
    pub lapsed: Option<i64>,
    /// Why it lapsed.
    pub lapse_reason: Box<str>,
    /// Average price matched.
    pub average_price: Option<f64>,
    /// Size matched.
    pub size_matched: f64,
    /// Size that can still be matched.
    pub size_remaining: f64,
    /// Size lapsed.
    pub size_lapsed: f64,
    /// Size cancelled.
    pub size_cancelled: f64,
    /// Size voided.
    pub size_voided: f64,
    /// Authorisation code of the regulator.
    pub regulator_auth_code: Box<str>,
    /// Code of the regulator.
    pub regulator_code: Box<str>,
    /// The customer's own reference of the order.
    pub order_ref: Box<str>,
    /// The customer's own reference of the strategy.
    pub strategy_ref: Box<str>,
}

impl Order {
    /// Nothing of it can be matched any more.
    pub fn is_complete(&self) -> bool {
        &*self.status == "EC"
    }

    /// Reads the object `cursor` stands before; in strict mode unknown keys are faults.
    pub(super) fn read(cursor: &mut Cursor<'_>, strict: bool) -> Read<Self> {
        let mut order = Self::default();
        cursor.object(|cursor, key| order.field(cursor, key, strict))?;
        if order.id.is_empty() {
            return cursor.fault(Reason::Missing("id of an order"));
        }
        Ok(order)
    }

    fn field(&mut self, cursor: &mut Cursor<'_>, key: Text<'_>, strict: bool) -> Read<()> {
        match &*key.key() {
            b"id" => text(cursor, "id", &mut self.id),
            b"p" => number(cursor, "p", &mut self.price),
            b"s" => number(cursor, "s", &mut self.size),
            b"bsp" => quantity(cursor, "bsp", &mut self.bsp_liability),
            b"side" => text(cursor, "side", &mut self.side),
            b"status" => text(cursor, "status", &mut self.status),
            b"pt" => text(cursor, "pt", &mut self.persistence_type),
            b"ot" => text(cursor, "ot", &mut self.order_type),
            b"pd" => time(cursor, "pd", &mut self.placed),
            b"md" => time(cursor, "md", &mut self.matched),
            b"cd" => time(cursor, "cd", &mut self.cancelled),
            b"ld" => time(cursor, "ld", &mut self.lapsed),
            b"lsrc" => text(cursor, "lsrc", &mut self.lapse_reason),
            b"avp" => quantity(cursor, "avp", &mut self.average_price),
            b"sm" => number(cursor, "sm", &mut self.size_matched),
            b"sr" => number(cursor, "sr", &mut self.size_remaining),
            b"sl" => number(cursor, "sl", &mut self.size_lapsed),
            b"sc" => number(cursor, "sc", &mut self.size_cancelled),
            b"sv" => number(cursor, "sv", &mut self.size_voided),
            b"rac" => text(cursor, "rac", &mut self.regulator_auth_code),
            b"rc" => text(cursor, "rc", &mut self.regulator_code),
            b"rfo" => text(cursor, "rfo", &mut self.order_ref),
            b"rfs" => text(cursor, "rfs", &mut self.strategy_ref),
            unknown if strict => cursor.fault(Reason::UnknownKey(String::from_utf8_lossy(unknown).into())),
            _ => cursor.skip(),
        }
    }
}

fn text(cursor: &mut Cursor<'_>, name: &'static str, into: &mut Box<str>) -> Read<()> {
    let mut read = String::new();
    crate::betfair::envelope::push_text(cursor, name, &mut read)?;
    *into = read.into();
    Ok(())
}

fn number(cursor: &mut Cursor<'_>, name: &'static str, into: &mut f64) -> Read<()> {
    *into = if cursor.null()? { 0.0 } else { cursor.number().in_field(name)? };
    Ok(())
}

fn quantity(cursor: &mut Cursor<'_>, name: &'static str, into: &mut Option<f64>) -> Read<()> {
    *into = if cursor.null()? { None } else { Some(cursor.quantity().in_field(name)?) };
    Ok(())
}

fn time(cursor: &mut Cursor<'_>, name: &'static str, into: &mut Option<i64>) -> Read<()> {
    *into = if cursor.null()? { None } else { Some(cursor.integer().in_field(name)?) };
    Ok(())
}
