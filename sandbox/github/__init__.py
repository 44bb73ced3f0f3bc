"""A simulated GitHub: comments, labels and issues of one repository, by its REST API."""
