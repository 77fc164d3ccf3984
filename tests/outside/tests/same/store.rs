//! R2 and D1.

use crate::says;

#[test]
fn objects() {
    says("bucket-objects", &[]);
}

#[test]
fn ranges() {
    says("bucket-ranges", &[]);
}

#[test]
fn conditions() {
    says("bucket-conditions", &[]);
}

#[test]
fn streams() {
    says("bucket-streams", &[]);
}

#[test]
fn lists() {
    says("bucket-lists", &[]);
}

#[test]
fn what_r2_refuses() {
    says("bucket-limits", &[]);
}

#[test]
fn statements() {
    says("database-statements", &[]);
}

#[test]
fn values() {
    says("database-values", &[]);
}

#[test]
fn batches() {
    says("database-batches", &[]);
}

#[test]
fn what_d1_refuses() {
    says("database-errors", &[]);
}
