//! Demand forecasting for children's services.

pub mod forecast;
pub mod math;
pub mod panel;
pub mod time;
