//! Money as exact integers: amounts, currencies, rounding.
