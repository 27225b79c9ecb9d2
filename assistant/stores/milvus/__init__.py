"""The distributed store: a Milvus server or Milvus Lite."""
