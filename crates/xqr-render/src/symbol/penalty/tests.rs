use super::*;

/// Longer than every run in a symbol, as the margin is.
const ENDLESS: usize = 1000;

/// Lists the runs of a column, light and dark by turns, beginning and ending with the light margin.
fn runs(column: &[bool]) -> Vec<usize> {
    let mut runs = vec![ENDLESS];
    for dark in column {
        if *dark == runs.len().is_multiple_of(2) {
            *runs.last_mut().unwrap() += 1;
        } else {
            runs.push(1);
        }
    }
    if runs.len().is_multiple_of(2) {
        runs.push(ENDLESS);
    }
    *runs.last_mut().unwrap() += ENDLESS;
    runs
}

/// Scores a column by walking along its runs.
fn column_penalty(column: &[bool]) -> usize {
    let long = column
        .chunk_by(|a, b| a == b)
        .map(<[bool]>::len)
        .filter(|run| *run >= 5)
        .map(|run| run - 2)
        .sum::<usize>();
    let runs = runs(column);
    let finders = runs.windows(7).step_by(2).map(|w| {
        let n = w[1];
        let is_finder = w[2..6] == [n, 3 * n, n, n] && w[0] >= n && w[6] >= n;
        if is_finder { usize::from(w[0] >= 4 * n) + usize::from(w[6] >= 4 * n) } else { 0 }
    });
    long + 40 * finders.sum::<usize>()
}

fn block_penalty(grid: &Grid) -> usize {
    let corners = (1..grid.side()).flat_map(|y| (1..grid.side()).map(move |x| (x, y)));
    let dark = |(x, y): (usize, usize)| {
        [(x, y), (x - 1, y), (x, y - 1), (x - 1, y - 1)].map(|(x, y)| grid.get(x, y))
    };
    3 * corners.filter(|corner| [[true; 4], [false; 4]].contains(&dark(*corner))).count()
}

/// Finds the smallest k such that the dark modules are from 45 - 5k to 55 + 5k per cent.
fn balance_penalty(dark: usize, total: usize) -> usize {
    let percent = |k: usize| (45_usize.saturating_sub(5 * k) * total)..=(55 + 5 * k) * total;
    10 * (0..).find(|k| percent(*k).contains(&(100 * dark))).unwrap()
}

/// Returns columns full of runs in the ratio of a finder, at scales up to a seventh of the side,
/// now and then distorted.
fn columns(side: usize, seed: u32) -> Vec<Vec<bool>> {
    let mut state = seed;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % limit
    };
    let mut column = |_| {
        let (mut column, mut turn, scale) =
            (Vec::new(), below(6), 1 + [0, 1, 2, below(side / 7)][below(4)]);
        while column.len() < side {
            let exact = [4, 1, 1, 3, 1, 1][turn % 6] * scale;
            let run = if below(8) == 0 { below(4 * scale) + 1 } else { exact };
            column.extend(vec![turn % 2 == 1; run]);
            turn += 1;
        }
        column.truncate(side);
        column
    };
    (0..side).map(&mut column).collect()
}

#[test]
fn words_score_like_a_walk_along_the_modules() {
    for side in [21, 61, 65, 125, 129, 177] {
        for seed in 0..20 {
            let columns = columns(side, seed);
            let mut grid = Grid::new(side);
            for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
                grid.put(x, y, columns[x][y]);
            }
            let dark = columns.iter().flatten().filter(|dark| **dark).count();
            assert_eq!(
                lines(&grid) as usize,
                columns.iter().map(|column| column_penalty(column)).sum::<usize>()
            );
            assert_eq!(blocks(&grid) as usize, block_penalty(&grid));
            assert_eq!(
                balance(&grid) as usize,
                balance_penalty(dark, side * side),
                "{dark} of {side} × {side}"
            );
        }
    }
}

#[test]
fn the_balance_costs_ten_for_each_five_per_cent() {
    for (dark, penalty) in [
        (221, 0),
        (242, 0),
        (243, 10),
        (198, 10),
        (199, 0),
        (264, 10),
        (265, 20),
        (441, 90),
        (0, 90),
    ] {
        let mut grid = Grid::new(21);
        (0..dark).for_each(|i| grid.put(i % 21, i / 21, true));
        assert_eq!(balance(&grid), penalty, "{dark} of 441");
    }
}
