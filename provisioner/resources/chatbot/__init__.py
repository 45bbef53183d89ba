"""Amazon Q Developer in chat applications, which the API still calls AWS Chatbot."""
