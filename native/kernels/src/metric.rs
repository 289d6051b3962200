/// How alike a row and a query are. The larger the score, the more alike.
///
/// Finite numbers of any size have an order: where a canonical sum leaves the range of `f32` or its products vanish in it, the score
/// is computed in `f64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// The dot product.
    Dot,
    /// The dot product over the product of the norms. Zero if all elements of the row or of the query are zero.
    Cosine,
    /// The squared Euclidean distance, negated.
    L2,
}
