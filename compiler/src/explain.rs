//! Plans as text: a tree below each sink, as Flink's EXPLAIN draws it. A node that several others read is drawn
//! where it is met first and referred to by number afterwards.

/// Draws the graph of `count` nodes, inputs before readers; `line` is a node's own text.
pub fn tree(count: usize, inputs: &dyn Fn(usize) -> Vec<usize>, line: &dyn Fn(usize) -> String) -> String {
    let mut readers = vec![0; count];
    for node in 0..count {
        for input in inputs(node) {
            readers[input] += 1;
        }
    }
    let mut drawing = Drawing {
        inputs,
        line,
        shared: vec![None; count],
        shared_count: 0,
        text: String::new(),
    };
    for node in 0..count {
        if readers[node] == 0 {
            drawing.draw(node, "", "", &readers);
        }
    }
    drawing.text
}

struct Drawing<'a> {
    inputs: &'a dyn Fn(usize) -> Vec<usize>,
    line: &'a dyn Fn(usize) -> String,
    /// Numbers of nodes that have several readers and are drawn already.
    shared: Vec<Option<usize>>,
    shared_count: usize,
    text: String,
}

impl Drawing<'_> {
    fn draw(&mut self, node: usize, branch: &str, below: &str, readers: &[usize]) {
        if let Some(number) = self.shared[node] {
            self.text += &format!("{branch}Reused(reference_id=[{number}])\n");
            return;
        }
        let mut line = (self.line)(node);
        if readers[node] > 1 {
            self.shared_count += 1;
            self.shared[node] = Some(self.shared_count);
            line += &format!("(reuse_id=[{}])", self.shared_count);
        }
        self.text += &format!("{branch}{line}\n");
        let inputs = (self.inputs)(node);
        for (n, input) in inputs.iter().enumerate() {
            let is_last = n + 1 == inputs.len();
            let continued = if is_last { "   " } else { ":  " };
            let branch = if is_last { "+- " } else { ":- " };
            self.draw(
                *input,
                &format!("{below}{branch}"),
                &format!("{below}{continued}"),
                readers,
            );
        }
    }
}
