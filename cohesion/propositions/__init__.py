"""The essay's eleven claims, put to the test: `table` reads them, `trial` runs them, `verdict` judges them."""
