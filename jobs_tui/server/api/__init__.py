"""The REST face under ``/api/v1``: each module translates one family of resources (DESIGN 10)."""
