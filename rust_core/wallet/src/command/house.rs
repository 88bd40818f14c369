//! The operator's own money.

use super::table::commands;
use crate::fields::Words;
use crate::ids::Slug;
use money::{Amount, Currency};

commands! {
    /// Commands about the operator's accounts.
    House {
        /// A payment provider paid out what it had captured, less its fee; the fee is topped up from our own money.
        SettlePsp {
            /// Currency of the amounts.
            currency: Currency,
            /// The payment provider.
            psp: Slug,
            /// What it settled, fee included; more than zero.
            amount: Amount,
            /// What it kept, 0 for none and at most the amount.
            fee: Amount,
        }
        /// The bank shows withdrawals that a provider paid.
        SettlePayout {
            /// Currency of the amount.
            currency: Currency,
            /// The payment provider.
            psp: Slug,
            /// More than zero, and at most what was sent through the provider.
            amount: Amount,
        }
        /// A duty on gaming has arisen.
        AccrueDuty {
            /// Currency of the amount.
            currency: Currency,
            /// To whom it is owed.
            jurisdiction: Slug,
            /// More than zero.
            amount: Amount,
        }
        /// A duty is paid.
        PayDuty {
            /// Currency of the amount.
            currency: Currency,
            /// To whom.
            jurisdiction: Slug,
            /// More than zero, and at most what is owed.
            amount: Amount,
        }
        /// Taxes withheld from players are paid.
        RemitTax {
            /// Currency of the amount.
            currency: Currency,
            /// To whom.
            jurisdiction: Slug,
            /// More than zero, and at most what is owed.
            amount: Amount,
        }
        /// A provider has money of a payment that nobody knows.
        ParkSuspense {
            /// Currency of the amount.
            currency: Currency,
            /// The payment provider.
            psp: Slug,
            /// More than zero.
            amount: Amount,
            /// Reference of the payment.
            reason: Words<'a>,
        }
        /// Money in suspense goes back to where it came from.
        ReturnSuspense {
            /// Currency of the amount.
            currency: Currency,
            /// The payment provider.
            psp: Slug,
            /// More than zero, and at most what is in suspense.
            amount: Amount,
            /// Reference of the payment.
            reason: Words<'a>,
        }
        /// Put money into a jackpot.
        SeedJackpot {
            /// Currency of the amount.
            currency: Currency,
            /// The jackpot.
            jackpot: Slug,
            /// More than zero.
            amount: Amount,
        }
    }
}
