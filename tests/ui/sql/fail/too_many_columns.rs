use actors_core::prelude::*;

#[sql_table(name = "visits")]
pub struct Visit {
    #[sql(primary_key)]
    id: u32,
    page: String,
    at: Timestamp,
    seconds: Option<u32>,
}

#[sql_table(name = "pages")]
pub struct Page {
    #[sql(primary_key)]
    page: String,
    title: String,
    is_public: bool,
}

#[actor(tables(Visit, Page))]
pub struct Site {}

#[actor]
impl Site {
    fn ask(&self, ctx: &Ctx<Self>) -> Result<()> {
        let _ = sql!(Visit => "SELECT id AS n0, id AS n1, id AS n2, id AS n3, id AS n4, id AS n5, id AS n6, id AS n7, id AS n8, id AS n9, id AS n10, id AS n11, id AS n12, id AS n13, id AS n14, id AS n15, id AS n16, id AS n17, id AS n18, id AS n19, id AS n20, id AS n21, id AS n22, id AS n23, id AS n24, id AS n25, id AS n26, id AS n27, id AS n28, id AS n29, id AS n30, id AS n31, id AS n32, id AS n33, id AS n34, id AS n35, id AS n36, id AS n37, id AS n38, id AS n39, id AS n40, id AS n41, id AS n42, id AS n43, id AS n44, id AS n45, id AS n46, id AS n47, id AS n48, id AS n49, id AS n50, id AS n51, id AS n52, id AS n53, id AS n54, id AS n55, id AS n56, id AS n57, id AS n58, id AS n59, id AS n60, id AS n61, id AS n62, id AS n63, id AS n64, id AS n65, id AS n66, id AS n67, id AS n68, id AS n69, id AS n70, id AS n71, id AS n72, id AS n73, id AS n74, id AS n75, id AS n76, id AS n77, id AS n78, id AS n79, id AS n80, id AS n81, id AS n82, id AS n83, id AS n84, id AS n85, id AS n86, id AS n87, id AS n88, id AS n89, id AS n90, id AS n91, id AS n92, id AS n93, id AS n94, id AS n95, id AS n96, id AS n97, id AS n98, id AS n99, id AS n100 FROM visits").all(ctx)?;
        Ok(())
    }
}

fn main() {}
