"""A diagnosis as a document: one content model, then PDF, Word, PowerPoint, Excel."""
