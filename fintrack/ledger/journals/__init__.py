"""The books as the plain text of other programs: beancount and hledger journals."""
