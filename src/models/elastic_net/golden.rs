//! The elastic net against numbers of another implementation: `tests/golden/elastic_net.json` says which and how.

use ndarray::Array2;
use serde::Deserialize;

use super::penalised::Standardised;

#[derive(Deserialize)]
struct Golden {
    rows: Vec<Vec<f64>>,
    targets: Vec<f64>,
    fits: Vec<Theirs>,
}

#[derive(Deserialize)]
struct Theirs {
    lasso_share: f64,
    share: f64,
    slopes: Vec<f64>,
    constant: f64,
}

#[test]
fn effects_agree_with_those_of_another_implementation() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../tests/golden/elastic_net.json")).expect("a golden file");
    assert_eq!(golden.fits.len(), 9);
    let rows =
        Array2::from_shape_fn((golden.rows.len(), golden.rows[0].len()), |(row, column)| golden.rows[row][column]);
    let deviation = |column: usize| rows.column(column).std(0.0);
    for theirs in &golden.fits {
        let fit = Standardised::new(rows.view(), &golden.targets, theirs.lasso_share).expect("columns vary");
        let ours = fit.effects(theirs.share).expect("a fit");
        for (column, (ours, theirs)) in ours.slopes.iter().zip(&theirs.slopes).enumerate() {
            assert_eq!(*ours == 0.0, *theirs == 0.0, "column {column}: {ours} {theirs}");
            assert!((ours - theirs).abs() * deviation(column) < 1e-3, "column {column}: {ours} {theirs}");
        }
        assert!((ours.constant - theirs.constant).abs() < 5e-3, "{} {}", ours.constant, theirs.constant);
    }
}
