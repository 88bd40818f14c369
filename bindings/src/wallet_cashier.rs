//! `pyplatform._core.cashier` and `pyplatform._core.house`: payments of players, and the operator's own money.

use crate::wallet_fields::encoders;
use pyo3::pymodule;

encoders! {
    /// A player starts to pay in.
    initiate_deposit = InitiateDeposit { payment: &[u8], currency: &str, amount: i128, psp: &str }
    /// The provider has the money.
    capture_deposit = CaptureDeposit { payment: &[u8] }
    /// Nothing came of it.
    fail_deposit = FailDeposit { payment: &[u8] }
    /// A player asks for money.
    request_withdrawal = RequestWithdrawal { withdrawal: &[u8], currency: &str, amount: i128, psp: &str }
    /// Staff lets it go.
    approve_withdrawal = ApproveWithdrawal { withdrawal: &[u8], version: i128 }
    /// It is sent.
    pay_withdrawal = PayWithdrawal {
        withdrawal: &[u8], version: i128, tax: i128 = 0, jurisdiction: Option<&str> = None,
    }
    /// It goes back to the player.
    return_withdrawal = ReturnWithdrawal { withdrawal: &[u8], version: i128, why: &str }
    /// The player's bank took a deposit back.
    charge_back = ChargeBack { payment: &[u8], amount: i128, fee: i128 = 0 }
    /// A charged-back deposit was won again.
    win_dispute = WinDispute { payment: &[u8], fee: i128 = 0 }
    /// Set money aside.
    lock_funds = LockFunds { currency: &str, amount: i128, reason: &str }
    /// Give locked money back.
    unlock_funds = UnlockFunds { currency: &str, amount: i128, reason: &str }
    /// Set all money of a dormant player aside.
    make_dormant = MakeDormant { currency: &str }
    /// A dormant player came back.
    revive_dormant = ReviveDormant { currency: &str }
    /// Money given or taken by hand.
    adjust = Adjust { currency: &str, amount: i128, reason: &str, actor: &[u8], approver: &[u8] }
    /// Pay a debt.
    recover_debt = RecoverDebt { currency: &str, amount: i128 }
    /// Give a debt up.
    write_off_debt = WriteOffDebt {
        currency: &str, amount: i128, reason: &str, actor: &[u8], approver: &[u8],
    }
    /// Tax on winnings.
    withhold_tax = WithholdTax { currency: &str, amount: i128, jurisdiction: &str }
    /// Money in suspense is the player's.
    claim_suspense = ClaimSuspense { currency: &str, amount: i128, reason: &str }
    /// Money in one currency becomes money in another.
    exchange_currency = ExchangeCurrency { currency: &str, amount: i128, into: &str, receives: i128 }
    /// A payment provider paid out.
    settle_psp = SettlePsp { currency: &str, psp: &str, amount: i128, fee: i128 = 0 }
    /// The bank shows withdrawals.
    settle_payout = SettlePayout { currency: &str, psp: &str, amount: i128 }
    /// A duty has arisen.
    accrue_duty = AccrueDuty { currency: &str, jurisdiction: &str, amount: i128 }
    /// A duty is paid.
    pay_duty = PayDuty { currency: &str, jurisdiction: &str, amount: i128 }
    /// Withheld taxes are paid.
    remit_tax = RemitTax { currency: &str, jurisdiction: &str, amount: i128 }
    /// Money of a payment that nobody knows.
    park_suspense = ParkSuspense { currency: &str, psp: &str, amount: i128, reason: &str }
    /// It goes back.
    return_suspense = ReturnSuspense { currency: &str, psp: &str, amount: i128, reason: &str }
    /// Put money into a jackpot.
    seed_jackpot = SeedJackpot { currency: &str, jackpot: &str, amount: i128 }
}

/// The module.
#[pymodule(submodule)]
pub mod cashier {
    #[pymodule_export]
    use super::{
        adjust, approve_withdrawal, capture_deposit, charge_back, claim_suspense, exchange_currency,
        fail_deposit, initiate_deposit, lock_funds, make_dormant, pay_withdrawal, recover_debt,
        request_withdrawal, return_withdrawal, revive_dormant, unlock_funds, win_dispute, withhold_tax,
        write_off_debt,
    };
}

/// The module.
#[pymodule(submodule)]
pub mod house {
    #[pymodule_export]
    use super::{
        accrue_duty, park_suspense, pay_duty, remit_tax, return_suspense, seed_jackpot, settle_payout,
        settle_psp,
    };
}
