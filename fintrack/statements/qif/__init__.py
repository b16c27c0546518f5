"""QIF, Quicken's interchange format: registers, lists and investments in lines of one letter."""
