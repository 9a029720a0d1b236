package main

// receiveOneOf64 receives from whichever channel has a value. Go's select has its cases written out.
func receiveOneOf64(ch []chan int) int {
	select {
	case v := <-ch[0]:
		return v
	case v := <-ch[1]:
		return v
	case v := <-ch[2]:
		return v
	case v := <-ch[3]:
		return v
	case v := <-ch[4]:
		return v
	case v := <-ch[5]:
		return v
	case v := <-ch[6]:
		return v
	case v := <-ch[7]:
		return v
	case v := <-ch[8]:
		return v
	case v := <-ch[9]:
		return v
	case v := <-ch[10]:
		return v
	case v := <-ch[11]:
		return v
	case v := <-ch[12]:
		return v
	case v := <-ch[13]:
		return v
	case v := <-ch[14]:
		return v
	case v := <-ch[15]:
		return v
	case v := <-ch[16]:
		return v
	case v := <-ch[17]:
		return v
	case v := <-ch[18]:
		return v
	case v := <-ch[19]:
		return v
	case v := <-ch[20]:
		return v
	case v := <-ch[21]:
		return v
	case v := <-ch[22]:
		return v
	case v := <-ch[23]:
		return v
	case v := <-ch[24]:
		return v
	case v := <-ch[25]:
		return v
	case v := <-ch[26]:
		return v
	case v := <-ch[27]:
		return v
	case v := <-ch[28]:
		return v
	case v := <-ch[29]:
		return v
	case v := <-ch[30]:
		return v
	case v := <-ch[31]:
		return v
	case v := <-ch[32]:
		return v
	case v := <-ch[33]:
		return v
	case v := <-ch[34]:
		return v
	case v := <-ch[35]:
		return v
	case v := <-ch[36]:
		return v
	case v := <-ch[37]:
		return v
	case v := <-ch[38]:
		return v
	case v := <-ch[39]:
		return v
	case v := <-ch[40]:
		return v
	case v := <-ch[41]:
		return v
	case v := <-ch[42]:
		return v
	case v := <-ch[43]:
		return v
	case v := <-ch[44]:
		return v
	case v := <-ch[45]:
		return v
	case v := <-ch[46]:
		return v
	case v := <-ch[47]:
		return v
	case v := <-ch[48]:
		return v
	case v := <-ch[49]:
		return v
	case v := <-ch[50]:
		return v
	case v := <-ch[51]:
		return v
	case v := <-ch[52]:
		return v
	case v := <-ch[53]:
		return v
	case v := <-ch[54]:
		return v
	case v := <-ch[55]:
		return v
	case v := <-ch[56]:
		return v
	case v := <-ch[57]:
		return v
	case v := <-ch[58]:
		return v
	case v := <-ch[59]:
		return v
	case v := <-ch[60]:
		return v
	case v := <-ch[61]:
		return v
	case v := <-ch[62]:
		return v
	case v := <-ch[63]:
		return v
	}
}
