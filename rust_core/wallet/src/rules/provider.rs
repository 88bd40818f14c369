//! The habits of game providers.

use super::keyed::Yes;
use super::{No, Plan};
use crate::command::{Casino, SetProfile};
use crate::ids::{ObjectId, Slug};
use crate::object::Profile;
use crate::refusal::Code;
use crate::state::State;
use money::Amount;

pub(super) fn set(state: &State, it: &SetProfile<'_>, plan: &mut Plan) -> Result<Yes, No> {
    if it.unit == 0 || i64::try_from(it.unit).is_err() {
        return Err(Code::AmountNotPositive.into());
    }
    let id = ObjectId::from(it.provider);
    plan.keep(Profile {
        id,
        version: state.objects.profiles.find(&id).map_or(1, |old| old.version + 1),
        unit: it.unit,
        refusals_not_frozen: it.refusals_not_frozen,
        conflict_check: it.conflict_check,
        multi_win: it.multi_win,
        unknown_rollback: it.unknown_rollback,
        after_win: it.after_win,
        unknown_win: it.unknown_win,
        negative_allowed: it.negative_allowed,
    });
    Ok(Yes::default())
}

/// The provider's profile, without which nothing of it is taken.
pub(super) fn find(state: &State, provider: Slug) -> Result<Profile, Code> {
    state.objects.profiles.find(&provider.into()).cloned().ok_or(Code::UnknownProvider)
}

/// Whether other content under a known key is a conflict.
pub(super) fn checks_content(state: &State, command: &Casino<'_>) -> bool {
    let profile = state.objects.profiles.find(&command.provider().into());
    matches!(command, Casino::SetProfile(_)) || profile.is_none_or(|profile| profile.conflict_check)
}

/// Whether a refusal binds the key. One for want of a profile never does.
pub(super) fn freezes_refusals(state: &State, command: &Casino<'_>) -> bool {
    let profile = state.objects.profiles.find(&command.provider().into());
    matches!(command, Casino::SetProfile(_)) || profile.is_some_and(|profile| !profile.refusals_not_frozen)
}

impl Profile {
    /// The provider's unit.
    pub(super) fn unit(&self) -> Amount {
        Amount::from_i64(i64::try_from(self.unit).unwrap_or(i64::MAX))
    }

    /// Whether an amount of the provider is one; zero is.
    pub(super) fn check(&self, amount: Amount) -> Result<(), Code> {
        if amount.is_negative() {
            Err(Code::AmountNegative)
        } else if amount.is_multiple_of(self.unit()) {
            Ok(())
        } else {
            Err(Code::AmountPrecision)
        }
    }
}
