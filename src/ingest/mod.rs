//! x
mod error; mod options; mod rows; mod text; mod frames; mod table;
pub use error::*; pub use options::*; pub use table::Source;
#[cfg(test)]
mod probe {
    use super::*; use super::table::*; use super::frames::*;
    fn rows_of(t:&str)->(Vec<Vec<String>>,ReadThrough){
        let t=Table::open(Source::Bytes("x".into(),t.as_bytes().to_vec())).expect("open");
        let n=t.headers().len();
        let mut out=vec![];
        let r=t.read(&[(n-1,ReadAs::Text),(0,ReadAs::Text)],&mut |b|{ for i in 0..b.len(){ out.push(b.columns.iter().map(|c| match c {Cells::Text(s)=>s.get(i).unwrap_or("NULL").to_string(),_=>"?".into()}).chain([b.rows.of(i).to_string()]).collect()); } Ok(()) }).expect("read");
        (out,r)
    }
    #[test] fn a(){
        for t in ["a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1\n","a,b,c\r\n1,2,3\r\n\r\n4,5,\"6\nx\"\r\n","a,b\n1,2\n,\n3,4","a,b\n1,\"\"\n","a,b\n1,\"x\"y\"\n5\" z,2\n", "a\tb\n1\t2\n", "\n\na,b\n1,2\n","sep=;\na;b\n1;2\n"] {
            println!("{t:?} -> {:?}", rows_of(t));
        }
    }
    #[test] fn big(){
        let path=std::env::var("BIG").unwrap_or_default(); if path.is_empty(){return;}
        let t0=std::time::Instant::now();
        let t=Table::open(Source::File(path.into())).expect("open"); let n=t.headers().len();
        let w:Vec<_>=(0..n).map(|i|(i,ReadAs::Text)).collect();
        let mut k=0; let r=t.read(&w,&mut |b|{k+=b.len();Ok(())}).expect("r");
        println!("{k} {} {:?}", r.sha256, t0.elapsed());
    }
}
#[cfg(test)] mod probe2 { use polars::prelude::*; use std::sync::Arc;
#[test] fn one(){ for (text,n) in [("1\n2\n",1usize),("\"1\"\n\"2\"\n",1),("1,2\n3,4,5\n6\n",2),("1,2\n3,4,5\n6\n",3),("1\n",1)] {
 for eng in [Engine::Streaming,Engine::InMemory] {
        let schema: Schema = (0..n).map(|p| Field::new(format!("c{p}").into(), DataType::String)).collect();
        let q = LazyCsvReader::new_with_sources(ScanSources::Buffers(Arc::new([text.as_bytes().to_vec().into()]))).with_has_header(false).with_schema(Some(Arc::new(schema))).with_infer_schema_length(Some(0)).with_glob(false).with_cache(false).finish().expect("f").select([col("c0")]);
        let r=q.collect_with_engine(eng).map(|r|{let d=r.unwrap_single(); (d.height(), d.column("c0").expect("c").str().expect("s").iter().map(|x|x.map(String::from)).collect::<Vec<_>>())});
        println!("{text:?} {n} {eng:?} {r:?}");
 } } } }
