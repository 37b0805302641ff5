//! The strongly connected components of a graph, by Tarjan's algorithm: one pass over its edges.

/// The components of the graph in which each node has the edges `edges[node]`. Each comes before those that
/// lead to it, and has its nodes in ascending order.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        edges,
        states: vec![State::New; edges.len()],
        open: Vec::new(),
        visited: 0,
        components: Vec::new(),
    };
    for node in 0..edges.len() {
        search.visit(node);
    }
    search.components
}

#[derive(Clone, Copy)]
enum State {
    New,
    /// The number of nodes that were visited before it, and the least such number among the open nodes that it is known
    /// to lead to.
    Open {
        order: usize,
        low: usize,
    },
    /// It is in a component.
    Done,
}

struct Search<'a> {
    edges: &'a [Vec<usize>],
    states: Vec<State>,
    /// The open nodes, in the order of their visits.
    open: Vec<usize>,
    visited: usize,
    components: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Visits what `root` leads to. A loop, since a chain of nodes may be longer than the stack is deep.
    fn visit(&mut self, root: usize) {
        let mut path = Vec::new();
        self.enter(root, &mut path);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(&target) = self.edges[node].get(*next) else {
                path.pop();
                self.leave(node, path.last().map(|(before, _)| *before));
                continue;
            };
            *next += 1;
            if let State::Open { order, .. } = self.states[target] {
                self.lower(node, order);
            }
            self.enter(target, &mut path);
        }
    }

    /// Goes to `node`, if it is new.
    fn enter(&mut self, node: usize, path: &mut Vec<(usize, usize)>) {
        if let State::New = self.states[node] {
            self.states[node] = State::Open { order: self.visited, low: self.visited };
            self.visited += 1;
            self.open.push(node);
            path.push((node, 0));
        }
    }

    /// Notes that `node` leads to the node that was visited at `order`.
    fn lower(&mut self, node: usize, order: usize) {
        if let State::Open { low, .. } = &mut self.states[node] {
            *low = order.min(*low);
        }
    }

    /// Goes back from `node`, whose edges are all visited, to `before`.
    fn leave(&mut self, node: usize, before: Option<usize>) {
        let State::Open { order, low } = self.states[node] else { return };
        if let Some(before) = before {
            self.lower(before, low);
        }
        if low == order {
            let first = self.open.iter().rposition(|open| *open == node).unwrap_or_default();
            let mut component = self.open.split_off(first);
            for node in &component {
                self.states[*node] = State::Done;
            }
            component.sort_unstable();
            self.components.push(component);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::components;

    /// Every graph of four nodes, beside the definition: two nodes are in one component if each leads to the other.
    #[test]
    fn components_of_all_small_graphs() {
        const NODES: usize = 4;
        for graph in 0..1_u32 << (NODES * NODES) {
            let has_edge = |from: usize, to: usize| graph >> (from * NODES + to) & 1 == 1;
            let edges_of = |from| (0..NODES).filter(|to| has_edge(from, *to)).collect();
            let edges: Vec<Vec<usize>> = (0..NODES).map(edges_of).collect();
            let mut leads = [[false; NODES]; NODES];
            for (from, row) in leads.iter_mut().enumerate() {
                for (to, leads) in row.iter_mut().enumerate() {
                    *leads = from == to || has_edge(from, to);
                }
            }
            for by in 0..NODES {
                let onwards = leads[by];
                for row in leads.iter_mut().filter(|row| row[by]) {
                    (0..NODES).for_each(|to| row[to] |= onwards[to]);
                }
            }
            let found = components(&edges);
            let mut place = [None; NODES];
            for (at, component) in found.iter().enumerate() {
                assert!(component.is_sorted(), "{edges:?}: {found:?}");
                for node in component {
                    assert_eq!(place[*node].replace(at), None, "{edges:?}: {found:?}");
                }
            }
            for from in 0..NODES {
                for to in 0..NODES {
                    let is_same = leads[from][to] && leads[to][from];
                    assert_eq!(place[from] == place[to], is_same, "{edges:?}: {found:?}");
                    assert!(!leads[from][to] || place[to] <= place[from], "{edges:?}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn long_chains_and_rings() {
        const NODES: usize = 100_000;
        let ring: Vec<_> = (0..NODES).map(|node| vec![(node + 1) % NODES]).collect();
        assert_eq!(components(&ring), [(0..NODES).collect::<Vec<_>>()]);
        let chain: Vec<_> = (0..NODES).map(|node| Vec::from_iter(node.checked_sub(1))).collect();
        let each = (0..NODES).map(|node| vec![node]).collect::<Vec<_>>();
        assert_eq!(components(&chain), each);
    }
}
