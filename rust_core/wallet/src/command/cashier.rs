//! Payments in and out, debts, and money moved by hand.

use super::table::commands;
use crate::fields::{Words, choices};
use crate::ids::{PaymentId, Slug, StaffId, WithdrawalId};
use money::{Amount, Currency};

choices! {
    /// Why a withdrawal goes back to the player.
    ReturnReason {
        /// Staff said no, before it was paid.
        Rejected = 1 "rejected",
        /// The player took it back, before it was paid.
        Cancelled = 2 "cancelled",
        /// The bank sent it back, after it was paid.
        Bounced = 3 "bounced",
    }
}

commands! {
    /// Commands of the cashier.
    Cashier {
        /// A player starts to pay in: nothing moves, but the deposit counts against the limits from here on.
        InitiateDeposit {
            /// Id of the payment.
            payment: PaymentId,
            /// Currency of the amount.
            currency: Currency,
            /// Whole minor units, more than zero.
            amount: Amount,
            /// The payment provider.
            psp: Slug,
        }
        /// The provider has the money of an initiated deposit.
        CaptureDeposit {
            /// The payment.
            payment: PaymentId,
        }
        /// An initiated deposit came to nothing: the limits have their room back.
        FailDeposit {
            /// The payment.
            payment: PaymentId,
        }
        /// A player asks for money. It is set aside; a bonus that is won with real money first is forfeited.
        RequestWithdrawal {
            /// Id of the withdrawal.
            withdrawal: WithdrawalId,
            /// Currency of the amount.
            currency: Currency,
            /// Whole minor units, more than zero.
            amount: Amount,
            /// The payment provider that will pay it.
            psp: Slug,
        }
        /// Staff lets a withdrawal go.
        ApproveWithdrawal {
            /// The withdrawal.
            withdrawal: WithdrawalId,
            /// The version it should have.
            version: u32,
        }
        /// An approved withdrawal is sent, less the tax withheld from it.
        PayWithdrawal {
            /// The withdrawal.
            withdrawal: WithdrawalId,
            /// The version it should have.
            version: u32,
            /// Tax withheld, 0 for none.
            tax: Amount,
            /// To whom the tax is owed; required with a tax.
            jurisdiction: Option<Slug>,
        }
        /// A withdrawal goes back to the player.
        ReturnWithdrawal {
            /// The withdrawal.
            withdrawal: WithdrawalId,
            /// The version it should have.
            version: u32,
            /// Why.
            why: ReturnReason,
        }
        /// The player's bank took a captured deposit back, in full or in part. What the player no longer has
        /// becomes debt, and a bonus granted for the deposit is revoked.
        ChargeBack {
            /// The payment.
            payment: PaymentId,
            /// What was taken back, more than zero.
            amount: Amount,
            /// The provider's fee, 0 for none.
            fee: Amount,
        }
        /// A charged-back deposit was won again: the debt left is paid first, the rest is the player's.
        WinDispute {
            /// The payment.
            payment: PaymentId,
            /// The part of the fee that comes back, 0 for none.
            fee: Amount,
        }
        /// Set a player's money aside.
        LockFunds {
            /// Currency of the amount.
            currency: Currency,
            /// More than zero.
            amount: Amount,
            /// Why.
            reason: Words<'a>,
        }
        /// Give locked money back to the player.
        UnlockFunds {
            /// Currency of the amount.
            currency: Currency,
            /// More than zero.
            amount: Amount,
            /// Why.
            reason: Words<'a>,
        }
        /// Set all money of a dormant player aside.
        MakeDormant {
            /// Currency of the account.
            currency: Currency,
        }
        /// A dormant player came back: all that was set aside is the player's again.
        ReviveDormant {
            /// Currency of the account.
            currency: Currency,
        }
        /// Money given to (more than zero) or taken from (less) a player by hand, decided by two.
        Adjust {
            /// Currency of the amount.
            currency: Currency,
            /// Not zero.
            amount: Amount,
            /// Why.
            reason: Words<'a>,
            /// Who asked for it.
            actor: StaffId,
            /// Who agreed, somebody else.
            approver: StaffId,
        }
        /// Pay a debt from what the player has.
        RecoverDebt {
            /// Currency of the amount.
            currency: Currency,
            /// More than zero.
            amount: Amount,
        }
        /// Give a debt up, decided by two.
        WriteOffDebt {
            /// Currency of the amount.
            currency: Currency,
            /// More than zero.
            amount: Amount,
            /// Why.
            reason: Words<'a>,
            /// Who asked for it.
            actor: StaffId,
            /// Who agreed, somebody else.
            approver: StaffId,
        }
        /// Money in suspense turned out to be this player's.
        ClaimSuspense {
            /// Currency of the amount.
            currency: Currency,
            /// More than zero, and at most what is in suspense.
            amount: Amount,
            /// Why.
            reason: Words<'a>,
        }
        /// A player's money in one currency becomes money in another, at a rate that whoever asks has found.
        ExchangeCurrency {
            /// Currency of the amount.
            currency: Currency,
            /// What the player gives, whole minor units, more than zero.
            amount: Amount,
            /// Another currency.
            into: Currency,
            /// What the player receives of it, whole minor units, more than zero.
            receives: Amount,
        }
        /// Tax on winnings, withheld from what the player has.
        WithholdTax {
            /// Currency of the amount.
            currency: Currency,
            /// More than zero.
            amount: Amount,
            /// To whom it is owed.
            jurisdiction: Slug,
        }
    }
}
