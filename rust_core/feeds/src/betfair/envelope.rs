//! What every message of the stream says of itself.

use super::change::{ChangeType, Op, Segment};
use crate::json::{Cursor, Text};
use crate::problem::{Fault, InField, Reason};

type Read<T> = Result<T, Fault>;

/// How many kinds of message are known.
pub(crate) const MAX_OPS: usize = 7;
/// What `op` says for each of them, in the order of [`Op`].
pub(crate) const OPS: [&str; MAX_OPS] = ["mcm", "ocm", "rcm", "ccm", "connection", "status", "heartbeat"];
const KNOWN: [Op; MAX_OPS] =
    [Op::Market, Op::Order, Op::Race, Op::Cricket, Op::Connection, Op::Status, Op::Heartbeat];

/// The kind that a message's `op` names.
pub(crate) fn op(text: &[u8]) -> Op {
    let known = OPS.iter().position(|known| known.as_bytes() == text);
    known.map_or(Op::Unknown, |at| KNOWN[at])
}

/// The fields around the changes; what they hold is used again from message to message.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) op: Op,
    pub(crate) change_type: ChangeType,
    pub(crate) segment: Segment,
    /// Milliseconds since the epoch.
    pub(crate) publish_time: Option<u64>,
    pub(crate) status: Option<i64>,
    /// Of the subscription.
    pub(crate) id: Option<i64>,
    pub(crate) clk: String,
    pub(crate) initial_clk: String,
    /// The `op`, where it is none we know.
    name: Box<str>,
}

impl Envelope {
    pub(crate) fn clear(&mut self) {
        self.op = Op::Missing;
        self.change_type = ChangeType::Update;
        self.segment = Segment::Whole;
        self.publish_time = None;
        self.status = None;
        self.id = None;
        self.clk.clear();
        self.initial_clk.clear();
    }

    /// The message was read to its end and must be of a kind we know.
    pub(crate) fn check(&self, cursor: &Cursor<'_>) -> Read<()> {
        match self.op {
            Op::Missing => cursor.fault(Reason::Missing("op")),
            Op::Unknown => cursor.fault(Reason::UnknownOp(self.name.clone())),
            _ => Ok(()),
        }
    }

    /// Reads or passes over the value of a key; false, with nothing read, if the key is none of an envelope.
    #[inline]
    pub(crate) fn field(&mut self, cursor: &mut Cursor<'_>, key: &[u8]) -> Read<bool> {
        match key {
            b"op" => self.read_op(cursor)?,
            b"clk" => push_text(cursor, "clk", &mut self.clk)?,
            b"initialClk" => push_text(cursor, "initialClk", &mut self.initial_clk)?,
            b"pt" => self.read_publish_time(cursor)?,
            b"ct" => self.read_change_type(cursor)?,
            b"segmentType" => self.read_segment(cursor)?,
            b"status" => {
                // A number on change messages; `status` messages carry none we need.
                self.status = if cursor.null()? { None } else { Some(cursor.integer().in_field("status")?) };
            }
            // A number on change messages, of the subscription they answer; elsewhere of no interest.
            b"id" if matches!(cursor.peek(), b'0'..=b'9' | b'-') => {
                self.id = Some(cursor.integer().in_field("id")?);
            }
            b"id"
            | b"conflateMs"
            | b"heartbeatMs"
            | b"con"
            | b"mc"
            | b"oc"
            | b"rc"
            | b"cc"
            | b"statusCode"
            | b"connectionId"
            | b"connectionClosed"
            | b"connectionsAvailable"
            | b"errorCode"
            | b"errorMessage" => cursor.skip()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_publish_time(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if !cursor.null()? {
            let time = cursor.integer().in_field("pt")?;
            let Ok(time) = u64::try_from(time) else {
                return cursor.expected("a time in milliseconds").in_field("pt");
            };
            self.publish_time = Some(time);
        }
        Ok(())
    }

    fn read_op(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let text = cursor.text().in_field("op")?;
        self.op = op(text.raw);
        if self.op == Op::Unknown {
            self.name = text.decode().in_field("op")?.chars().take(40).collect::<String>().into();
        }
        Ok(())
    }

    fn read_change_type(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if !cursor.null()? {
            self.change_type = match cursor.text().in_field("ct")?.raw {
                b"SUB_IMAGE" => ChangeType::Image,
                b"HEARTBEAT" => ChangeType::Heartbeat,
                // RESUB_DELTA patches the books exactly as an update does.
                _ => ChangeType::Update,
            };
        }
        Ok(())
    }

    fn read_segment(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if !cursor.null()? {
            self.segment = match cursor.text().in_field("segmentType")?.raw {
                b"SEG_START" => Segment::Start,
                b"SEG" => Segment::Middle,
                b"SEG_END" => Segment::End,
                _ => Segment::Whole,
            };
        }
        Ok(())
    }
}

/// Appends text, or a number as text; `null` is empty.
pub(crate) fn push_text(cursor: &mut Cursor<'_>, name: &'static str, to: &mut String) -> Read<()> {
    if cursor.peek() == b'"' {
        to.push_str(&cursor.text().and_then(Text::decode).in_field(name)?);
    } else if !cursor.null()? {
        let at = cursor.at();
        if cursor.number().is_err() {
            return cursor.expected("text").in_field(name);
        }
        to.push_str(&String::from_utf8_lossy(cursor.since(at)));
    }
    Ok(())
}
